using System.Collections.Concurrent;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>What Prometheus knows as one metric: the instruments, of one meter or several, whose names come out alike.</summary>
internal sealed class MetricFamily(string name, MetricKind kind, string? help)
{
    public string Name => name;

    public MetricKind Kind => kind;

    public string? Help => help;

    /// <summary>The instruments by their meter's name.</summary>
    public ConcurrentDictionary<string, MetricSource> Sources { get; } = new(StringComparer.Ordinal);
}
