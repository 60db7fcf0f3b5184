namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Permits that requests hold while they run.</summary>
internal sealed class ConcurrencyPartition(RateLimitRule rule, PartitionKey key) : Partition(rule, key)
{
    // Of the keys that are counted together here, those that have requests running.
    private Dictionary<PartitionKey, Part>? _parts;
    private long _lastUsed = long.MinValue;
    private int _used;

    // Kept for a while after its last request, so that a caller whose requests follow each other costs no memory each time.
    public override long IdleAt => _used > 0 ? long.MaxValue : _lastUsed == long.MinValue ? long.MinValue : _lastUsed + Rule.Window;

    public override bool IsFreedByTime => false;

    public override RateDecision Acquire(long now)
    {
        if (_used > Rule.PermitLimit - Rule.Cost)
        {
            return new(IsAdmitted: false, Rule.PermitLimit - _used, FreeAt(requests: 1, now), Stamp: 0);
        }

        _used += Rule.Cost;
        _lastUsed = Math.Max(_lastUsed, now);
        return new(IsAdmitted: true, Rule.PermitLimit - _used, FreeAt(requests: 1, now), now);
    }

    public override RateDecision Release(long stamp, long now)
    {
        _used -= Rule.Cost;
        return new(IsAdmitted: true, Rule.PermitLimit - _used, now, stamp);
    }

    // Nobody knows when a request ends: ask again in a second.
    public override long FreeAt(int requests, long now) => now + Rule.Second;

    // Permits that somebody returns can't be handed on to another partition.
    public override (int Used, long Since) Load(long now) => (_used, now);

    public override void Charge(int used, long since)
    {
    }

    public override Partition PartOf(in PartitionKey key) => _parts?.GetValueOrDefault(key) ?? new Part(this, Rule, key);

    // Until its requests have ended: with a partition of its own it could run as many again.
    public override bool IsBoundTo(in PartitionKey key) => _parts?.ContainsKey(key) == true;

    /// <summary>One key's share of a partition that counts many.</summary>
    private sealed class Part(ConcurrencyPartition whole, RateLimitRule rule, PartitionKey key) : Partition(rule, key)
    {
        private int _running;

        public override long IdleAt => whole.IdleAt;

        public override bool IsFreedByTime => false;

        public override RateDecision Acquire(long now)
        {
            var decision = whole.Acquire(now);

            if (decision.IsAdmitted && _running++ == 0)
            {
                (whole._parts ??= []).Add(Key, this);
            }

            return decision;
        }

        public override RateDecision Release(long stamp, long now)
        {
            if (--_running == 0)
            {
                whole._parts!.Remove(Key);
            }

            return whole.Release(stamp, now);
        }

        public override long FreeAt(int requests, long now) => whole.FreeAt(requests, now);

        public override (int Used, long Since) Load(long now) => whole.Load(now);

        public override void Charge(int used, long since)
        {
        }
    }
}
