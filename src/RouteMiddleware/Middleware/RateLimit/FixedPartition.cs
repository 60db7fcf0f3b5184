namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Counts in windows that begin with a request and follow each other.</summary>
internal sealed class FixedPartition(RateLimitRule rule, PartitionKey key) : Partition(rule, key)
{
    private long _start;
    private int _used;

    public override long IdleAt => _used == 0 ? long.MinValue : _start + Rule.Window;

    public override RateDecision Acquire(long now)
    {
        Renew(now);

        if (_used > Rule.PermitLimit - Rule.Cost)
        {
            return new(IsAdmitted: false, Rule.PermitLimit - _used, _start + Rule.Window, _start);
        }

        _used += Rule.Cost;
        return new(IsAdmitted: true, Rule.PermitLimit - _used, _start + Rule.Window, _start);
    }

    public override RateDecision Release(long stamp, long now)
    {
        // Permits of an earlier window have come back with its end.
        if (stamp == _start && now < _start + Rule.Window)
        {
            _used = Math.Max(0, _used - Rule.Cost);
        }

        return new(IsAdmitted: true, Rule.PermitLimit - _used, _used == 0 ? now : _start + Rule.Window, stamp);
    }

    public override long FreeAt(int requests, long now)
    {
        Renew(now);

        // What is left of this window is taken first.
        var later = requests - ((Rule.PermitLimit - _used) / Rule.Cost);
        return later <= 0 ? now : Rule.After(_start, 1 + ((later - 1) / Rule.RequestsPerWindow));
    }

    public override (int Used, long Since) Load(long now)
    {
        Renew(now);
        return (_used, _start);
    }

    public override void Charge(int used, long since) => (_used, _start) = (used, since);

    private void Renew(long now)
    {
        if (_used == 0 || now - _start >= Rule.Window)
        {
            _start = now;
            _used = 0;
        }
    }
}
