using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Cors;
using RouteMiddleware.Middleware.IpFilter;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Middleware.RequestId;
using RouteMiddleware.Middleware.SecurityHeaders;
using RouteMiddleware.Middleware.Tenant;
using RouteMiddleware.Middleware.Timing;

namespace RouteMiddleware.Setup;

/// <summary>The table of built-in middleware: a line each.</summary>
internal static class BuiltInMiddleware
{
    public static void AddTo(RouteMiddlewareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        AuthRegistration.Add(builder);
        CorsRegistration.Add(builder);
        IpFilterRegistration.Add(builder);
        MaintenanceRegistration.Add(builder);
        RateLimitRegistration.Add(builder);
        RequestIdRegistration.Add(builder);
        SecurityHeadersRegistration.Add(builder);
        TenantRegistration.Add(builder);
        TimingRegistration.Add(builder);
    }
}
