using System.Collections.Concurrent;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Keeps answers in the process: bounded in bytes, read without a lock. What was not asked for since the hand of the clock came by last goes first.</summary>
internal sealed class MemoryCacheStore : ICacheStore
{
    private const int ShardCount = 16;

    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, MemoryCacheNode> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MemoryCacheNode>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly CacheTagTable _tags = new();
    private readonly MemoryCacheShard[] _shards = new MemoryCacheShard[ShardCount];
    private long _size;

    public MemoryCacheStore(TimeProvider clock, long sizeLimit)
    {
        _clock = clock;
        SizeLimit = sizeLimit;
        _bySpan = _nodes.GetAlternateLookup<ReadOnlySpan<char>>();

        for (var i = 0; i < ShardCount; i++)
        {
            _shards[i] = new();
        }
    }

    public bool IsShared => false;

    public long SizeLimit { get; }

    /// <summary>Bytes in use.</summary>
    public long Size => Volatile.Read(ref _size);

    public int Count => _nodes.Count;

    internal int TagCount => _tags.Count;

    public long Begin() => _tags.Begin();

    public bool TryGet(ReadOnlySpan<char> key, long now, out CacheItem? item)
    {
        item = null;

        if (_bySpan.TryGetValue(key, out var node) && !IsDead(node, now))
        {
            // Written at its first use only: the line would go from processor to processor.
            if (!node.IsTouched)
            {
                node.IsTouched = true;
            }

            item = node.Item;
        }

        return true;
    }

    public ValueTask<CacheFind> GetAsync(CacheKey key, RouteCacheLead? lead, CancellationToken cancellationToken)
    {
        var begun = Begin();
        TryGet(key.Full, _clock.GetUtcNow().UtcTicks, out var item);
        return new(new CacheFind(item, begun));
    }

    public ValueTask<bool> SetAsync(CacheKey key, CacheItem item, long begun, CancellationToken cancellationToken) => new(Set(key.Full, item, begun));

    public ValueTask EndLeadAsync(CacheKey key, RouteCacheLead lead, TimeSpan passTime) => default;

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        _tags.Evict(tag);
        return default;
    }

    public ValueTask EvictAllAsync(CancellationToken cancellationToken)
    {
        _tags.EvictAll();

        foreach (var shard in _shards)
        {
            lock (shard.Lock)
            {
                while (shard.First is { } node)
                {
                    Remove(shard, node);
                }
            }
        }

        return default;
    }

    private bool IsDead(MemoryCacheNode node, long now) => now >= node.Item.KeptUntil || _tags.IsVoid(node.Begun, node.Tags);

    private bool Set(string key, CacheItem item, long begun)
    {
        var now = _clock.GetUtcNow().UtcTicks;
        var tags = _tags.Take(item.Tags);
        var node = new MemoryCacheNode(key, item, tags, begun);
        var index = (int)((uint)StringComparer.Ordinal.GetHashCode(key) % ShardCount);
        var shard = _shards[index];

        lock (shard.Lock)
        {
            if (_nodes.TryGetValue(key, out var old))
            {
                // A slow maker does not put an older answer over a newer one.
                if (old.Begun > begun && !IsDead(old, now))
                {
                    _tags.GiveBack(tags);
                    return false;
                }

                Remove(shard, old);
            }

            if (IsDead(node, now) || node.Size > SizeLimit)
            {
                _tags.GiveBack(tags);
                return false;
            }

            _nodes[key] = node;
            shard.Append(node);
            Interlocked.Add(ref _size, node.Size);
            DropDead(shard, now);
        }

        MakeRoom(index);
        return true;
    }

    // Each newcomer looks at two old ones: the store shrinks to what lives, with no request paying for many.
    private void DropDead(MemoryCacheShard shard, long now)
    {
        for (var i = 0; i < 2 && shard.Look() is { } node; i++)
        {
            if (IsDead(node, now))
            {
                Remove(shard, node);
            }
        }
    }

    private void MakeRoom(int index)
    {
        for (var i = 0; Size > SizeLimit; i++)
        {
            var shard = _shards[(index + i) % ShardCount];

            lock (shard.Lock)
            {
                DropOne(shard);
            }
        }
    }

    private void DropOne(MemoryCacheShard shard)
    {
        while (shard.First is { } node)
        {
            if (!node.IsTouched)
            {
                Remove(shard, node);
                return;
            }

            node.IsTouched = false;
            shard.MoveToEnd(node);
        }
    }

    private void Remove(MemoryCacheShard shard, MemoryCacheNode node)
    {
        shard.Remove(node);
        _nodes.TryRemove(new KeyValuePair<string, MemoryCacheNode>(node.Key, node));
        _tags.GiveBack(node.Tags);
        Interlocked.Add(ref _size, -node.Size);
    }
}
