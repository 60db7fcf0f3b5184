namespace RouteMiddleware.Tests.Middleware;

/// <summary>The middleware, with the headers that they add to every answer: each is checked in the global list, on a route, and in both. A new one is one line.</summary>
/// <summary>The middleware that add headers to every answer, and those that add none and must not break any: each is checked in the global list, on a route, and in both. A new one is one line.</summary>
public sealed class TrueOfAllTable : TheoryData<TrueOfAllPlace, string, string, string>
{
    public TrueOfAllTable()
    {
        Add("cors", "Access-Control-Allow-Origin, Vary", "Cors:AllowOrigins:0=https://app.example.com", isOncePerChain: true);
        Add("ip_filter", "");
        Add("maintenance", "");
        Add("forwarded_headers", "", oncePerChain: true);
        Add("hsts", "");
        Add("http_logging", "");
        Add("https_redirection", "", oncePerChain: true);
        Add("output_cache", "", oncePerChain: true);
        Add("request_decompression", "");
        Add("request_timeout:1h", "");
        Add("static_files", "");
        Add("request_id", "X-Request-ID");
        Add("timing", "X-Response-Time");
        Add("rate_limit:1000/1m", "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit-Policy, RateLimit");
        Add("tenant", "", "Tenant:Required=false");
        Add("security_headers", "X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Referrer-Policy, Permissions-Policy, Content-Security-Policy, Cross-Origin-Opener-Policy");
    }

    /// <param name="entry">The entry as lists write it.</param>
    /// <param name="headers">The headers that must stand on every answer, with commas between; empty where it adds none. Requests come from the origin <c>https://app.example.com</c>.</param>
    /// <param name="settings">What it needs of the section <c>RouteMiddleware</c>: <c>Cors:AllowOrigins:0=*, …</c>.</param>
    /// <param name="isOncePerChain">Whether the start is refused where it stands in both places.</param>
    private void Add(string entry, string headers, string settings = "", bool isOncePerChain = false)
    /// <param name="oncePerChain">Whether it can't stand in the global list and on a route as well.</param>
    private void Add(string entry, string headers, string settings = "", bool oncePerChain = false)
    {
        foreach (var place in Enum.GetValues<TrueOfAllPlace>().Where(place => !isOncePerChain || place is not TrueOfAllPlace.GlobalAndRoute))
        {
            if (place is not TrueOfAllPlace.GlobalAndRoute || !oncePerChain)
            {
                Add(place, entry, headers, settings);
            }
        }
    }
}
