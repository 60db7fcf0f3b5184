using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.SecurityHeaders;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>security_headers</c> to endpoints and groups.</summary>
public static class SecurityHeadersConventionExtensions
{
    /// <summary>Adds headers to every answer that switch on the protections of browsers.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithSecurityHeaders<TBuilder>(
        this TBuilder builder,
        Action<SecurityHeadersOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, SecurityHeadersOptions>("security_headers", configure ?? (static _ => { }), line, file);
}
