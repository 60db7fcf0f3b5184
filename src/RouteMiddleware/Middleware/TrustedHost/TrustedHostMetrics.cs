using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>What the middleware counts.</summary>
internal sealed class TrustedHostMetrics(IMeterFactory? meters = null) : PartRefusals(meters, "trusted_host", "Requests whose host is not allowed.");
