namespace RouteMiddleware.Middleware.Cache;

/// <summary>The application's door to the stores.</summary>
internal sealed class RouteCache(CacheServices services) : IRouteCache
{
    // Whoever evicts waits for it, longer than a request waits for an answer.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public async ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        var name = CacheTags.Named(tag);
        await services.Store.EvictByTagAsync(name, cancellationToken).ConfigureAwait(false);

        foreach (var store in services.Used)
        {
            await store.EvictByTagAsync(name, Timeout, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask EvictAllAsync(CancellationToken cancellationToken = default)
    {
        await services.Store.EvictAllAsync(cancellationToken).ConfigureAwait(false);

        foreach (var store in services.Used)
        {
            await store.EvictAllAsync(Timeout, cancellationToken).ConfigureAwait(false);
        }
    }
}
