using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.IpFilter;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>ip_filter</c> to endpoints and groups.</summary>
public static class IpFilterConventionExtensions
{
    /// <summary>Turns away callers by address and by user agent.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithIpFilter<TBuilder>(
        this TBuilder builder,
        Action<IpFilterOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, IpFilterOptions>("ip_filter", configure ?? (static _ => { }), line, file);
}
