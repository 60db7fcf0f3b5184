using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.BodyLimit;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>body_limit</c> to endpoints and groups.</summary>
public static class BodyLimitConventionExtensions
{
    /// <summary>Refuses requests with a larger body.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithBodyLimit<TBuilder>(
        this TBuilder builder,
        Action<BodyLimitOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, BodyLimitOptions>("body_limit", configure ?? (static _ => { }), line, file);
}
