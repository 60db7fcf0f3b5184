using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Middleware.RequestId;
using RouteMiddleware.Middleware.SecurityHeaders;
using RouteMiddleware.Middleware.Timing;

namespace RouteMiddleware.Setup;

/// <summary>The table of built-in middleware: a line each.</summary>
internal static class BuiltInMiddleware
{
    public static void AddTo(RouteMiddlewareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        AuthRegistration.Add(builder);
        CacheRegistration.Add(builder);
        RateLimitRegistration.Add(builder);
        RequestIdRegistration.Add(builder);
        SecurityHeadersRegistration.Add(builder);
        TimingRegistration.Add(builder);
    }
}
