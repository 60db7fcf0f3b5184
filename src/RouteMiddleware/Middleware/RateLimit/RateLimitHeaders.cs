namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Which headers tell callers of their limit.</summary>
public enum RateLimitHeaders
{
    /// <summary><see cref="X"/> and <see cref="Draft"/>.</summary>
    Both,

    /// <summary><c>RateLimit-Policy</c> and <c>RateLimit</c>, as the IETF's draft 10 writes them.</summary>
    Draft,

    /// <summary><c>X-RateLimit-Limit</c>, <c>X-RateLimit-Remaining</c> and <c>X-RateLimit-Reset</c>.</summary>
    X,

    /// <summary>None of them; a refusal still has its <c>Retry-After</c>.</summary>
    None,
}
