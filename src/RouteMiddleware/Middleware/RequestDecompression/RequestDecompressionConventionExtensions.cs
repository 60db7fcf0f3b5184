using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.RequestDecompression;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>request_decompression</c> to endpoints and groups.</summary>
public static class RequestDecompressionConventionExtensions
{
    /// <summary>Unpacks compressed request bodies.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithRequestDecompression<TBuilder>(
        this TBuilder builder,
        Action<RequestDecompressionOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, RequestDecompressionOptions>("request_decompression", configure ?? (static _ => { }), line, file);
}
