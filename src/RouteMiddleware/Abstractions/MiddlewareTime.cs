namespace RouteMiddleware;

/// <summary>The time of one request in one middleware, without what it calls, in ticks of the clock's own frequency.</summary>
internal readonly record struct MiddlewareTime(string Name, long Ticks);
