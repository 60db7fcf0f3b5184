using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Middleware.Errors;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps known exceptions of endpoints and groups to answers, which <c>common</c> gives. It must be in the chain, or the start is refused.</summary>
public static class MapErrorConventionExtensions
{
    /// <summary>Answers an exception with a problem of this status. Nearer mappings win: those of the endpoint over those of its groups and of the application.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one of a place counts.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="status">400 to 599.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is no error status.</exception>
    public static RouteGroupBuilder MapError<TException>(this RouteGroupBuilder builder, int status, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TException : Exception
        => ErrorConventions.Add(builder, ErrorMapping.Of<TException>(builder, status, line, file));

    /// <summary>Answers an exception with a result. Nearer mappings win: those of the endpoint over those of its groups and of the application.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one of a place counts.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="answer">Makes the answer; what it throws becomes a plain 500.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteGroupBuilder MapError<TException>(this RouteGroupBuilder builder, Func<HttpContext, TException, IResult> answer, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TException : Exception
        => ErrorConventions.Add(builder, ErrorMapping.Of(builder, answer, line, file));

    /// <summary>Answers an exception with a problem of this status. Nearer mappings win: those of the endpoint over those of its groups and of the application.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one of a place counts.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="status">400 to 599.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is no error status.</exception>
    public static RouteHandlerBuilder MapError<TException>(this RouteHandlerBuilder builder, int status, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TException : Exception
        => ErrorConventions.Add(builder, ErrorMapping.Of<TException>(builder, status, line, file));

    /// <summary>Answers an exception with a result. Nearer mappings win: those of the endpoint over those of its groups and of the application.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one of a place counts.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="answer">Makes the answer; what it throws becomes a plain 500.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteHandlerBuilder MapError<TException>(this RouteHandlerBuilder builder, Func<HttpContext, TException, IResult> answer, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TException : Exception
        => ErrorConventions.Add(builder, ErrorMapping.Of(builder, answer, line, file));

    /// <summary>Answers an exception with a problem of this status. Nearer mappings win: those of the endpoint over those of its groups and of the application.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one of a place counts.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="status">400 to 599.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is no error status.</exception>
    public static IEndpointConventionBuilder MapError<TException>(this IEndpointConventionBuilder builder, int status, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TException : Exception
        => ErrorConventions.Add(builder, ErrorMapping.Of<TException>(builder, status, line, file));

    /// <summary>Answers an exception with a result. Nearer mappings win: those of the endpoint over those of its groups and of the application.</summary>
    /// <typeparam name="TException">The exception, or a base class; the nearest one of a place counts.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="answer">Makes the answer; what it throws becomes a plain 500.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static IEndpointConventionBuilder MapError<TException>(this IEndpointConventionBuilder builder, Func<HttpContext, TException, IResult> answer, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TException : Exception
        => ErrorConventions.Add(builder, ErrorMapping.Of(builder, answer, line, file));
}
