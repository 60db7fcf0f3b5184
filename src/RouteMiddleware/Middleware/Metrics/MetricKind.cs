namespace RouteMiddleware.Middleware.Metrics;

/// <summary>What a metric is, in Prometheus' words.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
