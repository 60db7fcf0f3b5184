namespace RouteMiddleware.Middleware.Cache;

/// <summary>What a key leads to. Never changed once it is in the store.</summary>
internal abstract class CacheItem
{
    // Nodes of the table and of the order, the item itself, the arrays' heads: what an item takes beside its texts and bytes.
    protected const long Overhead = 400;

    /// <summary>When it may be dropped: ticks of UTC.</summary>
    public required long KeptUntil { get; init; }

    /// <summary>By which it is evicted.</summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Bytes, all in all, without its key and tags.</summary>
    public virtual long Size => Overhead;
}
