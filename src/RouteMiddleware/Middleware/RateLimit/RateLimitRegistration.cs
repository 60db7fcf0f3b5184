using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Names the middleware for lists and calls.</summary>
internal static class RateLimitRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<RateLimitMiddleware, RateLimitOptions>("rate_limit", section: "RateLimit");
        builder.Services.TryAddSingleton<RateLimitReports>();
        builder.Services.TryAddSingleton<RateLimitMetrics>();
        builder.Services.TryAddSingleton<RateLimitStores>();
    }
}
