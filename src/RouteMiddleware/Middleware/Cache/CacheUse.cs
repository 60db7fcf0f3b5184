namespace RouteMiddleware.Middleware.Cache;

/// <summary>What the cache may do for a request.</summary>
[Flags]
internal enum CacheUse
{
    /// <summary>Nothing: it passes.</summary>
    None = 0,

    /// <summary>Give it a kept answer.</summary>
    Serve = 1,

    /// <summary>Keep its answer.</summary>
    Store = 2,

    /// <summary>Let it wait for another request that makes the same answer.</summary>
    Join = 4,

    All = Serve | Store | Join,
}
