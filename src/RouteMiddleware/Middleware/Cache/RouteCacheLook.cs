namespace RouteMiddleware.Middleware.Cache;

/// <summary>What a shared store found.</summary>
/// <param name="Value">The value; empty if there is none.</param>
/// <param name="Generation">The order of evictions at this moment; not negative.</param>
/// <param name="Role">What was asked for with the lead.</param>
/// <param name="IsForeign">Whether something is there that this store did not put there.</param>
public readonly record struct RouteCacheLook(ReadOnlyMemory<byte> Value, long Generation, RouteCacheRole Role = RouteCacheRole.None, bool IsForeign = false);
