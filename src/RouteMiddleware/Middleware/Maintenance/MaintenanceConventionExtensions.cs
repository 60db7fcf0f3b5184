using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Maintenance;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>maintenance</c> to endpoints and groups.</summary>
public static class MaintenanceConventionExtensions
{
    /// <summary>Closes the endpoint or group while <c>Enabled</c> or <see cref="IMaintenanceSwitch"/> says so, and tells callers when to come back.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithMaintenance<TBuilder>(
        this TBuilder builder,
        Action<MaintenanceOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, MaintenanceOptions>("maintenance", configure ?? (static _ => { }), line, file);
}
