namespace RouteMiddleware.Middleware.Cache;

/// <summary>Where answers are kept. Times are ticks of UTC by the application's clock.</summary>
internal interface ICacheStore
{
    /// <summary>Whether other instances share it: then only <see cref="GetAsync"/> can tell what is there.</summary>
    bool IsShared { get; }

    /// <summary>A point in the order of evictions: taken before an answer is made, handed over with it. Negative where only <see cref="GetAsync"/> tells it.</summary>
    long Begin();

    /// <summary>Looks for an item without waiting.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The time.</param>
    /// <param name="item">The item, <see langword="null"/> if there is none.</param>
    /// <returns><see langword="false"/> if only <see cref="GetAsync"/> can tell.</returns>
    bool TryGet(ReadOnlySpan<char> key, long now, out CacheItem? item);

    /// <summary>Looks for an item. One that is shared may be asked for the lead, by which one instance makes the answer.</summary>
    ValueTask<CacheFind> GetAsync(CacheKey key, RouteCacheLead? lead, CancellationToken cancellationToken);

    /// <summary>Keeps an item in place of the one that has the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="item">The item.</param>
    /// <param name="begun">What <see cref="Begin"/> returned: an item one of whose tags was evicted since is not kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is kept.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask<bool> SetAsync(CacheKey key, CacheItem item, long begun, CancellationToken cancellationToken);

    /// <summary>Gives the lead back: others may have it, or need not wait for a while.</summary>
    ValueTask EndLeadAsync(CacheKey key, RouteCacheLead lead, TimeSpan passTime);

    /// <summary>Takes out all items with a tag, those on their way into the store too.</summary>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken);

    /// <summary>Takes out all items, those on their way into the store too.</summary>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask EvictAllAsync(CancellationToken cancellationToken);
}
