using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>What the middleware counts.</summary>
internal sealed class MaintenanceMetrics(IMeterFactory? meters = null) : PartRefusals(meters, "maintenance", "Requests that were turned away for maintenance.");
