namespace RouteMiddleware.Middleware.Cache;

/// <summary>Where the answer of a request belongs, and what is there.</summary>
/// <param name="Primary">The key without the headers that <c>Vary</c> names.</param>
/// <param name="Key">The key with them; the same where nothing is known of <c>Vary</c>.</param>
/// <param name="Item">What is kept there, fresh or not.</param>
/// <param name="IsKnown">Whether the store has told.</param>
/// <param name="Begun">The point in the order of evictions at which a shared store was asked; negative where it was not, or did not answer.</param>
internal readonly record struct CachePlace(string Primary, string Key, CacheItem? Item, bool IsKnown, long Begun = -1);
