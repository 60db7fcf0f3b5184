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
}
