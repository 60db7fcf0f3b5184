using System.Numerics;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The partitions of one limit: bounded, whatever the outside sends, and given back when their callers fall silent.</summary>
internal sealed class PartitionTable : IDisposable
{
    private const int MaxShards = 64;
    private const int SweepBatch = 256;

    private readonly TimeProvider _clock;
    private readonly Func<PartitionKey, Partition> _create;
    private readonly int _maxPartitions;
    private readonly PartitionShard?[] _shards;
    private readonly PartitionOverflow _overflow;
    private readonly IdleSweep _sweep;
    private readonly WaitingLines? _lines;
    private int _count;
    private long _fullUntil = long.MinValue;

    /// <summary>Makes a table.</summary>
    /// <param name="create">The algorithm: makes an unused partition.</param>
    /// <param name="maxPartitions">How many keys are told apart.</param>
    /// <param name="window">After which silence a partition is idle at the latest.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="lines">Where requests wait, if they may.</param>
    public PartitionTable(Func<PartitionKey, Partition> create, int maxPartitions, TimeSpan window, TimeProvider clock, WaitingLines? lines = null)
    {
        _lines = lines;
        _clock = clock;
        _create = create;
        _maxPartitions = maxPartitions;
        _sweep = new(clock, window, Sweep);
        _overflow = new(create(default));
        _shards = new PartitionShard?[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(MaxShards, Environment.ProcessorCount * 4))];
    }

    /// <summary>How many callers are told apart at the moment.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Asks for the permits of one request.</summary>
    /// <param name="key">Whose permits.</param>
    /// <param name="now">The time.</param>
    /// <param name="decision">The answer.</param>
    /// <param name="isOverflow">Whether the caller was counted together with others because the table is full.</param>
    /// <returns>Where they were taken.</returns>
    public RatePermit Acquire(in PartitionKey key, long now, out RateDecision decision, out bool isOverflow)
    {
        var shard = ShardOf(key);

        shard.Enter();

        try
        {
            if (shard.Acquire(key, now, out decision) is { } partition)
            {
                isOverflow = false;
                return new(shard, partition, decision.Stamp);
            }
        }
        finally
        {
            shard.Exit();
        }

        return AcquireNew(shard, key, now, out decision, out isOverflow);
    }

    /// <summary>Lets a refused request wait for its permits.</summary>
    /// <param name="key">Whose permits.</param>
    /// <param name="permit">Where it was refused; where its permits were taken if they came free meanwhile.</param>
    /// <param name="decision">The newest decision.</param>
    /// <param name="isOverflow">Whether the caller is counted together with others, who don't wait.</param>
    /// <returns>The waiting request; <see langword="null"/> where the decision stands.</returns>
    public WaitingRequest? Join(in PartitionKey key, ref RatePermit permit, ref RateDecision decision, ref bool isOverflow)
    {
        while (_lines is not null && !decision.IsAdmitted && !isOverflow)
        {
            if (_lines.TryJoin(permit, ref decision, out var waiting))
            {
                permit = permit with { Stamp = decision.Stamp };
                return waiting;
            }

            permit = Acquire(key, _clock.GetTimestamp(), out decision, out isOverflow);
        }

        return null;
    }

    /// <summary>Gives a request's permits back, to those who wait for them.</summary>
    public RateDecision Release(in RatePermit permit, long now)
    {
        var (shard, partition, stamp) = permit;
        var decision = Release(shard, partition, stamp, now, out var isWaitedFor);

        if (isWaitedFor)
        {
            _lines!.Serve(shard, partition);
        }

        return decision;
    }

    public void Dispose() => _sweep.Dispose();

    private RateDecision Release(PartitionShard shard, Partition partition, long stamp, long now, out bool isWaitedFor)
    {
        shard.Enter();

        try
        {
            if (shard.Release(partition, stamp, now, out var decision))
            {
                Interlocked.Decrement(ref _count);
            }

            _overflow.NoteRelease(shard);
            isWaitedFor = partition.Line is not null;
            return decision;
        }
        finally
        {
            shard.Exit();
        }
    }

    private PartitionShard ShardOf(in PartitionKey key)
    {
        // The upper bits of a product: the dictionary inside the shard divides by the lower ones.
        var index = (int)(((uint)key.GetHashCode() * 0x9E37_79B9u) >> (32 - BitOperations.Log2((uint)_shards.Length))) & (_shards.Length - 1);
        return Volatile.Read(ref _shards[index]) ?? CreateShard(index);
    }

    private PartitionShard CreateShard(int index)
    {
        var shard = new PartitionShard();
        return Interlocked.CompareExchange(ref _shards[index], shard, comparand: null) ?? shard;
    }

    private RatePermit AcquireNew(PartitionShard shard, in PartitionKey key, long now, out RateDecision decision, out bool isOverflow)
    {
        // Each newcomer takes two silent ones away: the table shrinks to those that are there, with no request paying for many.
        DropIdle(shard, now, atMost: 2, out _);

        if (Count >= _maxPartitions)
        {
            MakeRoom(now);
        }

        // All that is decided about a key is decided under its shard's lock: no thread can count it apart while another counts it with the overflow.
        shard.Enter();

        try
        {
            var partition = shard.Acquire(key, now, out decision);
            isOverflow = partition is null && (_overflow.IsBoundTo(key, now) || !TryReserve());

            if (isOverflow)
            {
                return _overflow.Acquire(key, now, out decision);
            }

            if (partition is null)
            {
                shard.Add(Create(key, now));
                partition = shard.Acquire(key, now, out decision)!;
                _sweep.Schedule();
            }

            return new(shard, partition, decision.Stamp);
        }
        finally
        {
            shard.Exit();
        }
    }

    private Partition Create(in PartitionKey key, long now)
    {
        var partition = _create(key);
        _overflow.ChargeTo(partition, now);
        return partition;
    }

    private bool TryReserve()
    {
        if (Interlocked.Increment(ref _count) <= _maxPartitions)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    private int DropIdle(PartitionShard shard, long now, int atMost, out long nextIdleAt)
    {
        shard.Enter();

        try
        {
            var dropped = shard.DropIdle(now, atMost, out nextIdleAt);
            Interlocked.Add(ref _count, -dropped);
            return dropped;
        }
        finally
        {
            shard.Exit();
        }
    }

    private void MakeRoom(long now)
    {
        // While nobody can have fallen idle, a newcomer costs no search.
        if (now < Volatile.Read(ref _fullUntil))
        {
            return;
        }

        var searchAgainAt = now + _clock.TimestampFrequency;

        foreach (var shard in _shards)
        {
            if (shard is not null)
            {
                DropIdle(shard, now, atMost: 8, out var nextIdleAt);
                searchAgainAt = Math.Min(searchAgainAt, nextIdleAt);
            }
        }

        Volatile.Write(ref _fullUntil, searchAgainAt);
    }

    private bool Sweep()
    {
        var now = _clock.GetTimestamp();

        foreach (var shard in _shards)
        {
            while (shard is not null && DropIdle(shard, now, SweepBatch, out _) == SweepBatch)
            {
            }
        }

        return Count > 0;
    }
}
