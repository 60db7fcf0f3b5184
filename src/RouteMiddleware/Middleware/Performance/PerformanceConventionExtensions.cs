using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Performance;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>performance</c> to endpoints and groups.</summary>
public static class PerformanceConventionExtensions
{
    /// <summary>Tells callers how long the answer took, and logs slow requests.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithPerformance<TBuilder>(
        this TBuilder builder,
        Action<PerformanceOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, PerformanceOptions>("performance", configure ?? (static _ => { }), line, file);
}
