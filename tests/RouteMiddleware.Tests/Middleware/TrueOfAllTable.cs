namespace RouteMiddleware.Tests.Middleware;

/// <summary>The middleware that add headers to every answer: each is checked in the global list, on a route, and in both. A new one is one line.</summary>
public sealed class TrueOfAllTable : TheoryData<TrueOfAllPlace, string, string, string>
{
    public TrueOfAllTable()
    {
        Add("cache:1m", "X-Cache");
        Add("request_id", "X-Request-ID");
        Add("timing", "X-Response-Time");
        Add("rate_limit:1000/1m", "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit-Policy, RateLimit");
        Add("security_headers", "X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Referrer-Policy, Permissions-Policy, Content-Security-Policy, Cross-Origin-Opener-Policy");
    }

    /// <param name="entry">The entry as lists write it.</param>
    /// <param name="headers">The headers that must stand on every answer, with commas between. Requests come from the origin <c>https://app.example.com</c>.</param>
    /// <param name="settings">What it needs of the section <c>RouteMiddleware</c>: <c>Cors:AllowOrigins:0=*, …</c>.</param>
    private void Add(string entry, string headers, string settings = "")
    {
        foreach (var place in Enum.GetValues<TrueOfAllPlace>())
        {
            Add(place, entry, headers, settings);
        }
    }
}
