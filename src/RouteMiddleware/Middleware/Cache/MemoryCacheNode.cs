namespace RouteMiddleware.Middleware.Cache;

/// <summary>An item in its place.</summary>
internal sealed class MemoryCacheNode(string key, CacheItem item, CacheTag[] tags, long begun)
{
    private volatile bool _isTouched;

    public string Key { get; } = key;

    public CacheItem Item { get; } = item;

    public CacheTag[] Tags { get; } = tags;

    public long Begun { get; } = begun;

    public long Size { get; } = item.Size + (2L * key.Length) + (40L * tags.Length);

    public MemoryCacheNode? Previous { get; set; }

    public MemoryCacheNode? Next { get; set; }

    /// <summary>Whether it was asked for since the hand came by.</summary>
    public bool IsTouched
    {
        get => _isTouched;
        set => _isTouched = value;
    }
}
