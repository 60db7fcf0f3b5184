using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.ErrorMonitoring;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>error_monitoring</c> to endpoints and groups.</summary>
public static class ErrorMonitoringConventionExtensions
{
    /// <summary>Raises an alert where the endpoint, or one route of the group, fails too often.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithErrorMonitoring<TBuilder>(
        this TBuilder builder,
        Action<ErrorMonitoringOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, ErrorMonitoringOptions>("error_monitoring", configure ?? (static _ => { }), line, file);
}
