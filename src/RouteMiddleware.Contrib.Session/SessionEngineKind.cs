namespace RouteMiddleware.Contrib.Session;

/// <summary>Where sessions are kept.</summary>
public enum SessionEngineKind
{
    /// <summary>In the cookie itself, signed and (unless <see cref="SessionOptions.Encrypt"/> is off) encrypted. Needs no store.</summary>
    Signing,

    /// <summary>In the memory of this instance; the cookie holds an id. For one instance, and for tests.</summary>
    Memory,

    /// <summary>In Redis, for all instances; the cookie holds an id. Needs <c>RouteMiddleware:Redis:Configuration</c>, or a registered <c>IConnectionMultiplexer</c>.</summary>
    Redis,
}
