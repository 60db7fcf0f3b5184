using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Gzip;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>gzip</c> to endpoints and groups.</summary>
public static class GzipConventionExtensions
{
    /// <summary>Compresses answers for clients that take it, with gzip or Brotli.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithGzip<TBuilder>(
        this TBuilder builder,
        Action<GzipOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, GzipOptions>("gzip", configure ?? (static _ => { }), line, file);
}
