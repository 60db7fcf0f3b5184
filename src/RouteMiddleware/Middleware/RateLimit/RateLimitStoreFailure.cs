namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What happens while the store that instances share does not answer.</summary>
public enum RateLimitStoreFailure
{
    /// <summary>This instance counts for itself until the store is back.</summary>
    Local,

    /// <summary>Requests pass uncounted.</summary>
    Open,

    /// <summary>Requests are refused.</summary>
    Closed,
}
