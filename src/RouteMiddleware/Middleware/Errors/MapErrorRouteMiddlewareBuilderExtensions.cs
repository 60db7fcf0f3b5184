using Microsoft.AspNetCore.Http;
using RouteMiddleware;
using RouteMiddleware.Middleware.Errors;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Maps known exceptions of the whole application to answers, which <c>common</c> gives wherever it stands.</summary>
public static class MapErrorRouteMiddlewareBuilderExtensions
{
    /// <summary>Answers an exception with a problem of this status. Mappings of endpoints and groups win.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one counts.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="status">400 to 599.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is no error status.</exception>
    public static RouteMiddlewareBuilder MapError<TException>(this RouteMiddlewareBuilder builder, int status)
        where TException : Exception
        => Add(builder, ErrorMapping.Of<TException>(builder, status, 0, ""));

    /// <summary>Answers an exception with a result. Mappings of endpoints and groups win.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one counts.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="answer">Makes the answer; what it throws becomes a plain 500.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteMiddlewareBuilder MapError<TException>(this RouteMiddlewareBuilder builder, Func<HttpContext, TException, IResult> answer)
        where TException : Exception
        => Add(builder, ErrorMapping.Of(builder, answer, 0, ""));

    private static RouteMiddlewareBuilder Add(RouteMiddlewareBuilder builder, ErrorMapping mapping)
    {
        builder.Services.AddSingleton(mapping);
        return builder;
    }
}
