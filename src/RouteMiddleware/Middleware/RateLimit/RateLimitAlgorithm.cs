namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>How permits are counted.</summary>
public enum RateLimitAlgorithm
{
    /// <summary>The limit holds in any window, wherever it begins.</summary>
    Sliding,

    /// <summary>
    /// The limit holds in windows that follow each other, the first of which begins with a caller's first request. Around the edge of two, twice the limit can pass.
    /// </summary>
    Fixed,

    /// <summary>
    /// A bucket that holds <see cref="RateLimitOptions.PermitLimit"/> permits at most, and is refilled by as many in each <see cref="RateLimitOptions.Window"/>, evenly:
    /// who was silent may send a burst.
    /// </summary>
    TokenBucket,

    /// <summary>The limit holds at any moment: a request gives its permits back when it ends. <see cref="RateLimitOptions.Window"/> plays no part.</summary>
    Concurrency,
}
