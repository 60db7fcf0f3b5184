namespace RouteMiddleware.Middleware.Cache;

/// <summary>Where a shared store keeps a value. The value holds the whole key, which is compared: two keys with one name do no harm.</summary>
/// <param name="Name">A hash of the key: 64 hexadecimal digits in lower case.</param>
/// <param name="Group">The same of the key without the headers that <c>Vary</c> names: what has one group may be kept side by side.</param>
public readonly record struct RouteCacheKey(string Name, string Group);
