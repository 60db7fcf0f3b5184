namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The permits of one caller by one algorithm. Not safe for threads: its shard's lock guards it.</summary>
internal abstract class Partition(RateLimitRule rule, PartitionKey key)
{
    private readonly PartitionKey _key = key;

    public ref readonly PartitionKey Key => ref _key;

    /// <summary>Neighbours in the order in which partitions fall idle.</summary>
    public Partition? Older { get; set; }

    public Partition? Newer { get; set; }

    /// <summary>Whether the table still holds it.</summary>
    public bool IsListed { get; set; }

    /// <summary>From when on it says the same as a new one, so that it can be dropped.</summary>
    public abstract long IdleAt { get; }

    protected RateLimitRule Rule { get; } = rule;

    /// <summary>Takes a request's permits if they are free.</summary>
    public abstract RateDecision Acquire(long now);

    /// <summary>Gives a request's permits back, if they still count.</summary>
    public abstract RateDecision Release(long stamp, long now);

    /// <summary>How many permits are taken, and since when the last of them.</summary>
    public abstract (int Used, long Since) Load(long now);

    /// <summary>Begins with permits taken already.</summary>
    public abstract void Charge(int used, long since);
}
