using System.Diagnostics.Metrics;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Counts and measures calls by the operation's name, which code gives, and its outcome.</summary>
internal sealed class RedisMetrics
{
    private readonly Counter<long>? _calls;
    private readonly Histogram<double>? _duration;

    public RedisMetrics(Func<CircuitState> circuit, IMeterFactory? meters = null)
    {
        if (meters?.Create("RouteMiddleware") is { } meter)
        {
            _calls = meter.CreateCounter<long>("routemiddleware.redis.calls", "{call}", "Calls to Redis.");
            _duration = meter.CreateHistogram<double>("routemiddleware.redis.duration", "s", "How long calls to Redis took, failed ones included.");
            meter.CreateObservableGauge("routemiddleware.redis.circuit", () => (int)circuit(), null, "0: calls are let through; 1: one at a time, on trial; 2: none.");
        }
    }

    public bool IsEnabled => _calls is { Enabled: true } || _duration is { Enabled: true };

    public void Measure(string operation, string outcome, TimeSpan duration)
    {
        _calls?.Add(1, new("operation", operation), new("outcome", outcome));
        _duration?.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));
    }
}
