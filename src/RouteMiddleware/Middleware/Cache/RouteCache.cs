namespace RouteMiddleware.Middleware.Cache;

/// <summary>The application's door to the store.</summary>
internal sealed class RouteCache(ICacheStore store) : IRouteCache
{
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return store.EvictByTagAsync(CacheTags.Named(tag), cancellationToken);
    }

    public ValueTask EvictAllAsync(CancellationToken cancellationToken = default) => store.EvictAllAsync(cancellationToken);
}
