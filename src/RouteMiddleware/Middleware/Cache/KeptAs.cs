namespace RouteMiddleware.Middleware.Cache;

/// <summary>What became of an answer that was to be kept.</summary>
internal enum KeptAs
{
    Kept,

    /// <summary>It is void, too large, or older than the one that is there.</summary>
    Refused,

    /// <summary>The store did not answer.</summary>
    Unknown,
}
