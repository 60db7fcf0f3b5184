namespace RouteMiddleware.Middleware.Cache;

/// <summary>A tag in use: when it was evicted last. Items that began before are void, wherever they are.</summary>
internal sealed class CacheTag(string name, long evictedAt)
{
    private long _evictedAt = evictedAt;

    public string Name { get; } = name;

    /// <summary>Items that carry it. Changed under the table's lock.</summary>
    public int Uses { get; set; }

    public long EvictedAt
    {
        get => Volatile.Read(ref _evictedAt);
        set => Volatile.Write(ref _evictedAt, value);
    }
}
