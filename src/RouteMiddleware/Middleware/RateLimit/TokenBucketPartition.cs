namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>A bucket of permits that is filled all the time, at the rate of the limit. Two numbers, whatever the limit.</summary>
internal sealed class TokenBucketPartition(RateLimitRule rule, PartitionKey key) : Partition(rule, key)
{
    // When the bucket will be full: steps of the clock, and as many parts of one as there are permits. Exact: no rounding adds up over the requests.
    private long _fullAt = long.MinValue;
    private long _parts;
    private long _lastUsed = long.MinValue;

    // It is full sooner, but a caller whose requests follow each other must not cost memory each time.
    public override long IdleAt => _lastUsed == long.MinValue ? long.MinValue : _lastUsed + Rule.Window;

    private long FullAt => _parts > 0 ? _fullAt + 1 : _fullAt;

    public override RateDecision Acquire(long now)
    {
        Renew(now);

        var (fullAt, parts) = (_fullAt + Rule.CostSteps, _parts + Rule.CostParts);

        if (parts >= Rule.PermitLimit)
        {
            (fullAt, parts) = (fullAt + 1, parts - Rule.PermitLimit);
        }

        // The bucket holds one window's permits: a request that would owe more has to wait.
        var owed = fullAt - now;

        if (owed > Rule.Window || (owed == Rule.Window && parts > 0))
        {
            return new(IsAdmitted: false, Remaining(now), FreeAt(requests: 1, now), Stamp: 0);
        }

        (_fullAt, _parts, _lastUsed) = (fullAt, parts, Math.Max(_lastUsed, now));
        return new(IsAdmitted: true, Remaining(now), FullAt, now);
    }

    public override RateDecision Release(long stamp, long now)
    {
        Renew(now);
        (_fullAt, _parts) = (_fullAt - Rule.CostSteps, _parts - Rule.CostParts);

        if (_parts < 0)
        {
            (_fullAt, _parts) = (_fullAt - 1, _parts + Rule.PermitLimit);
        }

        // Never more than full.
        Renew(now);
        return new(IsAdmitted: true, Remaining(now), FullAt, stamp);
    }

    public override long FreeAt(int requests, long now)
    {
        Renew(now);
        var parts = (Int128)_parts + ((Int128)requests * Rule.CostParts) + Rule.PermitLimit - 1;
        var at = _fullAt + ((Int128)requests * Rule.CostSteps) + (parts / Rule.PermitLimit) - Rule.Window;
        return (long)Int128.Clamp(at, now, RateLimitRule.Never);
    }

    public override (int Used, long Since) Load(long now)
    {
        Renew(now);
        return (Rule.PermitLimit - Remaining(now), now);
    }

    public override void Charge(int used, long since)
        => (_fullAt, _parts, _lastUsed) = (since + (long)((((Int128)used * Rule.Window) + Rule.PermitLimit - 1) / Rule.PermitLimit), 0, since);

    private void Renew(long now)
    {
        if (_fullAt < now)
        {
            (_fullAt, _parts) = (now, 0);
        }
    }

    private int Remaining(long now) => Rule.PermitsIn(Rule.Window - (_fullAt - now), _parts);
}
