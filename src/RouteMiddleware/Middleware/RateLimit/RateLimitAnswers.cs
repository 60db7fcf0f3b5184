namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What documents tell of the headers.</summary>
internal static class RateLimitAnswers
{
    private static readonly AnswerHeader[] X =
    [
        new("X-RateLimit-Limit", "Requests that the limit allows.") { IsNumber = true },
        new("X-RateLimit-Remaining", "Requests that are left.") { IsNumber = true },
        new("X-RateLimit-Reset", "Seconds until more requests are allowed.") { IsNumber = true },
    ];

    private static readonly AnswerHeader[] Draft =
    [
        new("RateLimit-Policy", "The limit and its window, as the IETF's draft writes them."),
        new("RateLimit", "What is left of the limit, and for how long, as the IETF's draft writes it."),
    ];

    public static IEnumerable<AnswerHeader> HeadersOf(RateLimitHeaders headers) => headers switch
    {
        RateLimitHeaders.Both => X.Concat(Draft),
        RateLimitHeaders.X => X,
        RateLimitHeaders.Draft => Draft,
        _ => [],
    };
}
