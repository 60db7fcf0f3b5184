namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// One part of the table under a lock of its own. Its partitions stand in the order in which they fall idle, so that those that can go are found
/// without a search.
/// </summary>
internal sealed class PartitionShard
{
    private const int SmallestTrimmed = 64;

    private readonly Dictionary<PartitionKey, Partition> _partitions = [];

    // Held for some ten ns at a time: a lock that can put threads to sleep costs as much as all that is done under it.
    private SpinLock _lock = new(enableThreadOwnerTracking: false);
    private Partition? _oldest;
    private Partition? _newest;
    private int _capacity;

    /// <summary>Takes the lock, which is to be held for each call.</summary>
    public void Enter()
    {
        var isTaken = false;
        _lock.Enter(ref isTaken);
    }

    public void Exit() => _lock.Exit(useMemoryBarrier: false);

    /// <summary>Asks the key's partition, if there is one.</summary>
    public Partition? Acquire(in PartitionKey key, long now, out RateDecision decision)
    {
        if (!_partitions.TryGetValue(key, out var partition))
        {
            decision = default;
            return null;
        }

        decision = Acquire(partition, now);
        return partition;
    }

    /// <summary>Asks a partition. Nobody overtakes those who wait.</summary>
    public RateDecision Acquire(Partition partition, long now)
    {
        if (partition.Line is { } line)
        {
            return partition.Refuse(now, line.Count);
        }

        var idleAt = partition.IdleAt;
        var decision = partition.Acquire(now);
        Reorder(partition, idleAt);
        return decision;
    }

    public void Add(Partition partition)
    {
        _partitions.Add(partition.Key, partition);
        _capacity = Math.Max(_capacity, _partitions.Count);
        partition.IsListed = true;
        Append(partition);
    }

    /// <summary>Gives permits back.</summary>
    /// <returns>Whether the partition was dropped because it holds nothing any more.</returns>
    public bool Release(Partition partition, long stamp, long now, out RateDecision decision)
    {
        var idleAt = partition.IdleAt;
        decision = partition.Release(stamp, now);

        if (!partition.IsListed)
        {
            return false;
        }

        if (partition.DroppableAt <= now)
        {
            Drop(partition);
            return true;
        }

        // Permits that only time brings back leave it where it is: it is looked at there, and goes then.
        if (!partition.IsFreedByTime)
        {
            Reorder(partition, idleAt);
        }

        return false;
    }

    /// <summary>Drops partitions that are idle.</summary>
    /// <param name="now">The time.</param>
    /// <param name="atMost">How many, so that the lock is not held for long.</param>
    /// <param name="nextIdleAt">When the next one falls idle.</param>
    /// <returns>How many were dropped.</returns>
    public int DropIdle(long now, int atMost, out long nextIdleAt)
    {
        var dropped = 0;

        while (dropped < atMost && _oldest is { } oldest && oldest.IdleAt <= now)
        {
            Drop(oldest);
            dropped++;
        }

        nextIdleAt = _oldest?.IdleAt ?? long.MaxValue;
        return dropped;
    }

    /// <summary>Puts a partition into its place again, where it fell idle at another time before.</summary>
    public void Reorder(Partition partition, long idleBefore)
    {
        var idleAt = partition.DroppableAt;

        if (idleAt == idleBefore || (ReferenceEquals(partition, _newest) && idleAt != long.MaxValue) || !partition.IsListed)
        {
            return;
        }

        Unlink(partition);
        Append(partition);
    }

    private void Drop(Partition partition)
    {
        Unlink(partition);
        partition.IsListed = false;
        _partitions.Remove(partition.Key);

        // A table that has emptied keeps its size otherwise.
        if (_capacity > SmallestTrimmed && _partitions.Count < _capacity / 4)
        {
            _partitions.TrimExcess();
            _capacity = _partitions.Count;
        }
    }

    private void Append(Partition partition)
    {
        // In use until an event: among the others it would hide those behind it.
        if (partition.DroppableAt == long.MaxValue)
        {
            return;
        }

        partition.IsInOrder = true;
        partition.Older = _newest;
        partition.Newer = null;
        _ = _newest is null ? _oldest = partition : _newest.Newer = partition;
        _newest = partition;
    }

    private void Unlink(Partition partition)
    {
        if (!partition.IsInOrder)
        {
            return;
        }

        partition.IsInOrder = false;
        _ = partition.Older is null ? _oldest = partition.Newer : partition.Older.Newer = partition.Newer;
        _ = partition.Newer is null ? _newest = partition.Older : partition.Newer.Older = partition.Older;
        (partition.Older, partition.Newer) = (null, null);
    }
}
