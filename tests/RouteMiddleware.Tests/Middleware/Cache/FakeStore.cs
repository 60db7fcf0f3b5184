using System.Collections.Concurrent;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>A store of many instances in the process of the test, which can be away.</summary>
internal sealed class FakeStore : IRouteCacheStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _evicted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _leads = new(StringComparer.Ordinal);
    private long _generation;

    public string Name => "fake";

    public string? Fault { get; init; }

    public int MaxSize { get; init; } = 100_000;

    public bool IsAway { get; set; }

    public ConcurrentDictionary<string, RouteCacheEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>What was called, with the time it was given.</summary>
    public ConcurrentQueue<(string Name, TimeSpan Timeout)> Calls { get; } = [];

    public Dictionary<string, string> Leads => _leads;

    /// <summary>What comes between the lead and the answer that tells of it.</summary>
    public Func<Task>? Leading { get; set; }

    public async ValueTask<RouteCacheLook> GetAsync(RouteCacheKey key, RouteCacheLead? lead, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var look = Look(key, lead, timeout);

        if (lead is not null && Leading is { } leading)
        {
            await leading().WaitAsync(cancellationToken);
        }

        return look;
    }

    private RouteCacheLook Look(RouteCacheKey key, RouteCacheLead? lead, TimeSpan timeout)
    {
        Begin(lead is null ? "get" : "lead", timeout);

        lock (_lock)
        {
            var value = Entries.TryGetValue(key.Name, out var entry) && !IsVoid(entry) ? entry.Value : default;
            var role = RouteCacheRole.None;

            if (lead is not null)
            {
                role = _leads.TryAdd(key.Name, lead.Owner) || _leads[key.Name] == lead.Owner ? RouteCacheRole.Leads : _leads[key.Name] == "-" ? RouteCacheRole.Passes : RouteCacheRole.Follows;
            }

            return new(value, _generation, role);
        }
    }

    public ValueTask<bool> SetAsync(RouteCacheEntry entry, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Begin("set", timeout);

        lock (_lock)
        {
            if (IsVoid(entry))
            {
                return new(false);
            }

            Entries[entry.Key.Name] = entry;
            return new(true);
        }
    }

    public ValueTask RemoveAsync(RouteCacheKey key, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Begin("remove", timeout);
        Entries.TryRemove(key.Name, out _);
        return default;
    }

    public ValueTask EndLeadAsync(RouteCacheKey key, RouteCacheLead lead, TimeSpan passTime, TimeSpan timeout)
    {
        Begin("end", timeout);

        lock (_lock)
        {
            if (_leads.GetValueOrDefault(key.Name) == lead.Owner)
            {
                _leads.Remove(key.Name);

                if (passTime > TimeSpan.Zero)
                {
                    _leads[key.Name] = "-";
                }
            }
        }

        return default;
    }

    public ValueTask EvictByTagAsync(string tag, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Begin("evict", timeout);

        lock (_lock)
        {
            _evicted[tag] = ++_generation;
        }

        return default;
    }

    public ValueTask EvictAllAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Begin("evict", timeout);

        lock (_lock)
        {
            _evicted[""] = ++_generation;
        }

        return default;
    }

    private void Begin(string name, TimeSpan timeout)
    {
        Calls.Enqueue((name, timeout));

        if (IsAway)
        {
            throw new RouteCacheStoreException("It is away.");
        }
    }

    private bool IsVoid(RouteCacheEntry entry) => entry.Tags.Append("").Any(tag => _evicted.GetValueOrDefault(tag) > entry.Generation);
}
