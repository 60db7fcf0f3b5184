using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Hsts;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>hsts</c> to endpoints and groups.</summary>
public static class HstsConventionExtensions
{
    /// <summary>Tells browsers, over https, to use https alone from now on.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithHsts<TBuilder>(
        this TBuilder builder,
        Action<HstsOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, HstsOptions>("hsts", configure ?? (static _ => { }), line, file);
}
