namespace RouteMiddleware.Middleware.Cache;

/// <summary>Says that the last answer of the key was not to be kept: for a while nobody waits for the next one.</summary>
internal sealed class PassMark : CacheItem;
