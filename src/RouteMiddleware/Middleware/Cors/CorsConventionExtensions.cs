using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Cors;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>cors</c> to endpoints and groups.</summary>
public static class CorsConventionExtensions
{
    /// <summary>Lets pages of other origins call, and answers the preflights of their browsers.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithCors<TBuilder>(
        this TBuilder builder,
        Action<CorsOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, CorsOptions>("cors", configure ?? (static _ => { }), line, file);
}
