namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The one partition that counts all callers for whom the table has no room.</summary>
internal sealed class PartitionOverflow(Partition whole)
{
    private readonly PartitionShard _shard = new();
    private long _idleAt = long.MinValue;

    /// <summary>Asks for the permits of one request.</summary>
    public RatePermit Acquire(in PartitionKey key, long now, out RateDecision decision)
    {
        _shard.Enter();

        try
        {
            var partition = whole.PartOf(key);
            decision = partition.Acquire(now);
            Volatile.Write(ref _idleAt, whole.IdleAt);
            return new(_shard, partition, decision.Stamp);
        }
        finally
        {
            _shard.Exit();
        }
    }

    /// <summary>Notes that permits came back, in case it was here. Called under the shard's lock.</summary>
    public void NoteRelease(PartitionShard shard)
    {
        if (ReferenceEquals(shard, _shard))
        {
            Volatile.Write(ref _idleAt, whole.IdleAt);
        }
    }

    /// <summary>Whether the key must not get a partition of its own as yet.</summary>
    public bool IsBoundTo(in PartitionKey key, long now)
    {
        if (now >= Volatile.Read(ref _idleAt))
        {
            return false;
        }

        _shard.Enter();

        try
        {
            return whole.IsBoundTo(key);
        }
        finally
        {
            _shard.Exit();
        }
    }

    /// <summary>Lets a new partition begin with what is taken here: its key may have been counted here before, and would get the limit twice.</summary>
    public void ChargeTo(Partition partition, long now)
    {
        if (now >= Volatile.Read(ref _idleAt))
        {
            return;
        }

        _shard.Enter();

        try
        {
            var (used, since) = whole.Load(now);
            partition.Charge(used, since);
        }
        finally
        {
            _shard.Exit();
        }
    }
}
