using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>What the middleware counts.</summary>
internal sealed class BodyLimitMetrics(IMeterFactory? meters = null) : PartRefusals(meters, "body_limit", "Requests whose body is too large.");
