namespace RouteMiddleware.Middleware.Cache;

/// <summary>Where an item is kept.</summary>
/// <param name="Primary">The key without the headers that <c>Vary</c> names.</param>
/// <param name="Full">The key with them.</param>
internal readonly record struct CacheKey(string Primary, string Full)
{
    public static implicit operator CacheKey(string primary) => new(primary, primary);
}
