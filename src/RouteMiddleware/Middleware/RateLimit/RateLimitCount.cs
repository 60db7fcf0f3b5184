namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Which requests count.</summary>
public enum RateLimitCount
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Those that fail: an answer below 400 gives its permits back. For login guards.</summary>
    Failures,
}
