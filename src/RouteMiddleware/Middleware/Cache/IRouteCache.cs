namespace RouteMiddleware.Middleware.Cache;

/// <summary>Takes answers out of the cache. An answer whose making began before the call is not kept either.</summary>
public interface IRouteCache
{
    /// <summary>Takes out every answer that carries a tag.</summary>
    /// <param name="tag">A tag of <see cref="CacheOptions.Tags"/> or of <c>context.AddCacheTags</c>. Compared exactly.</param>
    /// <param name="cancellationToken">Gives up; the answers may then be out or not.</param>
    /// <returns>A task that ends when no request gets them any more: on this instance, and with a shared store on all.</returns>
    /// <exception cref="RouteCacheStoreException">A shared store did not answer: they may be out or not.</exception>
    ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Takes out everything.</summary>
    /// <param name="cancellationToken">Gives up; the answers may then be out or not.</param>
    /// <returns>A task that ends when no request gets them any more: on this instance, and with a shared store on all.</returns>
    /// <exception cref="RouteCacheStoreException">A shared store did not answer: they may be out or not.</exception>
    ValueTask EvictAllAsync(CancellationToken cancellationToken = default);
}
