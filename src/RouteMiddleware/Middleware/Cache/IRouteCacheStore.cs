namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// Keeps the answers of many instances, as bytes: <c>Store: redis</c> is one. It is registered as a service and found by its name. No call waits longer than it is told to.
/// </summary>
/// <remarks>
/// Evictions have an order, the generation: a number that grows with each of them and never comes back, for each group of keys by itself. A look gives the one of its moment, and
/// an entry is handed over with the one that was looked up before its making began. An entry is never given again if one of its tags, or everything, was evicted after its generation, on whatever instance.
/// </remarks>
public interface IRouteCacheStore
{
    /// <summary>What <see cref="CacheOptions.Store"/> calls it. Compared without case.</summary>
    string Name { get; }

    /// <summary>Why it can't be used in this application, and what to do about it, in one sentence; <see langword="null"/> if it can. Read at start.</summary>
    string? Fault { get; }

    /// <summary>The longest value that it keeps, in bytes.</summary>
    int MaxSize { get; }

    /// <summary>Looks for a value, and may ask to be the one who makes it, in one step.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lead">Asks for the lead; <see langword="null"/> if the value alone is wanted.</param>
    /// <param name="timeout">How long the store is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is there, and the generation.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask<RouteCacheLook> GetAsync(RouteCacheKey key, RouteCacheLead? lead, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Keeps a value in place of the one that has the key.</summary>
    /// <param name="entry">The value, and what belongs to it.</param>
    /// <param name="timeout">How long the store is waited for.</param>
    /// <param name="cancellationToken">Gives up; the value may then be kept or not.</param>
    /// <returns>Whether it is kept: not if it is void already, too long, or older than the one that is there.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask<bool> SetAsync(RouteCacheEntry entry, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Takes a value out that can't be read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">How long the store is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is out.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask RemoveAsync(RouteCacheKey key, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Gives the lead back. Whoever does not have it any more changes nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lead">What was handed to <see cref="GetAsync"/>.</param>
    /// <param name="passTime">For how long nobody need wait for an answer of this key; zero if the next one may lead.</param>
    /// <param name="timeout">How long the store is waited for.</param>
    /// <returns>A task that ends when the others know.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer.</exception>
    ValueTask EndLeadAsync(RouteCacheKey key, RouteCacheLead lead, TimeSpan passTime, TimeSpan timeout);

    /// <summary>Takes out all values with a tag, those that are being made too.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="timeout">How long the store is waited for.</param>
    /// <param name="cancellationToken">Gives up; they may then be out or not.</param>
    /// <returns>A task that ends when no instance finds them any more.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer: they may be out or not.</exception>
    ValueTask EvictByTagAsync(string tag, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Takes out all values, those that are being made too.</summary>
    /// <param name="timeout">How long the store is waited for.</param>
    /// <param name="cancellationToken">Gives up; they may then be out or not.</param>
    /// <returns>A task that ends when no instance finds them any more.</returns>
    /// <exception cref="RouteCacheStoreException">The store did not answer: they may be out or not.</exception>
    ValueTask EvictAllAsync(TimeSpan timeout, CancellationToken cancellationToken);
}
