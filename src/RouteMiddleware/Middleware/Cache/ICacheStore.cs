namespace RouteMiddleware.Middleware.Cache;

/// <summary>Where answers are kept. Times are ticks of UTC by the application's clock.</summary>
internal interface ICacheStore
{
    /// <summary>A point in the order of evictions: taken before an answer is made, handed over with it.</summary>
    long Begin();

    /// <summary>Looks for an item without waiting.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The time.</param>
    /// <param name="item">The item, <see langword="null"/> if there is none.</param>
    /// <returns><see langword="false"/> if only <see cref="GetAsync"/> can tell.</returns>
    bool TryGet(ReadOnlySpan<char> key, long now, out CacheItem? item);

    /// <summary>Looks for an item.</summary>
    ValueTask<CacheItem?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keeps an item in place of the one that has the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="item">The item.</param>
    /// <param name="begun">What <see cref="Begin"/> returned: an item one of whose tags was evicted since is not kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is kept.</returns>
    ValueTask<bool> SetAsync(string key, CacheItem item, long begun, CancellationToken cancellationToken);

    /// <summary>Takes out all items with a tag, those on their way into the store too.</summary>
    ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken);

    /// <summary>Takes out all items, those on their way into the store too.</summary>
    ValueTask EvictAllAsync(CancellationToken cancellationToken);
}
