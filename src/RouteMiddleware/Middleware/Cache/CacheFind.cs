namespace RouteMiddleware.Middleware.Cache;

/// <summary>What a store found.</summary>
/// <param name="Item">The item, <see langword="null"/> if there is none.</param>
/// <param name="Begun">The point in the order of evictions at which it was looked for; negative where the store did not answer.</param>
/// <param name="Role">What was asked for with the lead.</param>
internal readonly record struct CacheFind(CacheItem? Item, long Begun, RouteCacheRole Role = RouteCacheRole.None);
