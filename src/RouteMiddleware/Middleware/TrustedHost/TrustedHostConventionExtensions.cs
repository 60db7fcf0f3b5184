using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.TrustedHost;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>trusted_host</c> to endpoints and groups.</summary>
public static class TrustedHostConventionExtensions
{
    /// <summary>Answers only requests that name an allowed host.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithTrustedHost<TBuilder>(
        this TBuilder builder,
        Action<TrustedHostOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, TrustedHostOptions>("trusted_host", configure ?? (static _ => { }), line, file);
}
