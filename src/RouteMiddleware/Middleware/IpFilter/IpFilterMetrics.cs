using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.IpFilter;

/// <summary>What the middleware counts.</summary>
internal sealed class IpFilterMetrics(IMeterFactory? meters = null) : PartRefusals(meters, "ip_filter", "Requests that were turned away by address or user agent.");
