using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Errors;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>common</c> to endpoints and groups.</summary>
public static class CommonConventionExtensions
{
    /// <summary>Answers exceptions that nobody caught: with a problem without details, or for developers with a page.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithCommon<TBuilder>(
        this TBuilder builder,
        Action<CommonOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, CommonOptions>("common", configure ?? (static _ => { }), line, file);
}
