namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// Callers whom a store refused, until the moment at which it might admit them: so long nobody needs to ask it. Bounded; who is pushed out is asked for again. Reading takes no lock.
/// </summary>
internal sealed class RefusedCallers
{
    internal const int Places = 32 * 1024;

    private const int Probes = 4;

    private Entry?[]? _entries;

    /// <summary>Remembers a refusal.</summary>
    /// <param name="key">The caller.</param>
    /// <param name="decision">The refusal.</param>
    /// <param name="now">The time.</param>
    /// <param name="until">Up to when no permit can come free.</param>
    public void Add(in PartitionKey key, in RateDecision decision, long now, long until)
    {
        var entries = Volatile.Read(ref _entries) ?? Interlocked.CompareExchange(ref _entries, new Entry?[Places], comparand: null) ?? _entries;
        ref var best = ref entries[key.GetHashCode() & (Places - 1)];

        // The place of the caller itself, or a free one, or that of whoever is forgotten soonest.
        for (var i = 0; i < Probes; i++)
        {
            ref var place = ref entries[(key.GetHashCode() + i) & (Places - 1)];

            if (place is not { } entry || entry.Until <= now || entry.Key.Equals(key))
            {
                best = ref place;
                break;
            }

            if (entry.Until < best!.Until)
            {
                best = ref place;
            }
        }

        Volatile.Write(ref best, new Entry(key, decision, until));
    }

    /// <summary>The refusal that still holds, if there is one.</summary>
    public bool TryFind(in PartitionKey key, long now, out RateDecision decision)
    {
        decision = default;

        if (_entries is not { } entries)
        {
            return false;
        }

        for (var i = 0; i < Probes; i++)
        {
            if (Volatile.Read(ref entries[(key.GetHashCode() + i) & (Places - 1)]) is { } entry && now < entry.Until && entry.Key.Equals(key))
            {
                decision = entry.Decision;
                return true;
            }
        }

        return false;
    }

    private sealed record Entry(PartitionKey Key, RateDecision Decision, long Until);
}
