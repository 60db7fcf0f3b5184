using System.Runtime.CompilerServices;
using OwnOptions = RouteMiddleware.Middleware.ForwardedHeaders.ForwardedHeadersOptions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>forwarded_headers</c> to endpoints and groups.</summary>
public static class ForwardedHeadersConventionExtensions
{
    /// <summary>Takes the client's address, scheme and host from the headers of known proxies.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithForwardedHeaders<TBuilder>(
        this TBuilder builder,
        Action<OwnOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, OwnOptions>("forwarded_headers", configure ?? (static _ => { }), line, file);
}
