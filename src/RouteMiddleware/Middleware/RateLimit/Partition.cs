namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The permits of one caller by one algorithm. Not safe for threads: its shard's lock guards it.</summary>
internal abstract class Partition(RateLimitRule rule, PartitionKey key)
{
    private readonly PartitionKey _key = key;

    public ref readonly PartitionKey Key => ref _key;

    /// <summary>Neighbours in the order in which partitions fall idle.</summary>
    public Partition? Older { get; set; }

    public Partition? Newer { get; set; }

    /// <summary>Whether it stands in that order. One that is in use without an end in sight does not.</summary>
    public bool IsInOrder { get; set; }

    /// <summary>Whether the table still holds it.</summary>
    public bool IsListed { get; set; }

    /// <summary>The requests that wait for its permits; <see langword="null"/> while there are none.</summary>
    public WaitingLine? Line { get; set; }

    /// <summary>From when on it can be dropped.</summary>
    public long DroppableAt => Line is null ? IdleAt : long.MaxValue;

    /// <summary>From when on it says the same as a new one; <see cref="long.MaxValue"/> where only an event can tell.</summary>
    public abstract long IdleAt { get; }

    /// <summary>Whether permits come back with time alone.</summary>
    public virtual bool IsFreedByTime => true;

    protected RateLimitRule Rule { get; } = rule;

    /// <summary>Takes a request's permits if they are free.</summary>
    public abstract RateDecision Acquire(long now);

    /// <summary>Gives a request's permits back, if they still count.</summary>
    public abstract RateDecision Release(long stamp, long now);

    /// <summary>Refuses a request that would overtake others.</summary>
    public RateDecision Refuse(long now, int waiting) => new(IsAdmitted: false, Rule.PermitLimit - Load(now).Used, FreeAt(waiting + 1, now), Stamp: 0);

    /// <summary>When so many further requests, one behind the other, have all got their permits.</summary>
    public abstract long FreeAt(int requests, long now);

    /// <summary>How many permits are taken, and since when the last of them.</summary>
    public abstract (int Used, long Since) Load(long now);

    /// <summary>Begins with permits taken already.</summary>
    public abstract void Charge(int used, long since);

    /// <summary>What counts a key here, where this partition counts all keys that have none of their own.</summary>
    public virtual Partition PartOf(in PartitionKey key) => this;

    /// <summary>Whether a key must not get a partition of its own as yet.</summary>
    public virtual bool IsBoundTo(in PartitionKey key) => false;
}
