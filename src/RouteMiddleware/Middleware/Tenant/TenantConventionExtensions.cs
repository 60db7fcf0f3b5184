using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Tenant;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>tenant</c> to endpoints and groups.</summary>
public static class TenantConventionExtensions
{
    /// <summary>Finds out and checks which tenant a request belongs to.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithTenant<TBuilder>(
        this TBuilder builder,
        Action<TenantOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, TenantOptions>("tenant", configure ?? (static _ => { }), line, file);
}
