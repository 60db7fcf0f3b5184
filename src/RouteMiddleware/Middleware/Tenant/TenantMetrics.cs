using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>What the middleware counts.</summary>
internal sealed class TenantMetrics(IMeterFactory? meters = null) : PartRefusals(meters, "tenant", "Requests that were refused for their tenant.");
