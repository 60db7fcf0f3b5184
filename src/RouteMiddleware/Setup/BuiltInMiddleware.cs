using RouteMiddleware.Middleware.AccessLog;
using RouteMiddleware.Middleware.Antiforgery;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Authorization;
using RouteMiddleware.Middleware.BodyLimit;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Middleware.Cors;
using RouteMiddleware.Middleware.ForwardedHeaders;
using RouteMiddleware.Middleware.Gzip;
using RouteMiddleware.Middleware.Hsts;
using RouteMiddleware.Middleware.HttpLogging;
using RouteMiddleware.Middleware.HttpsRedirection;
using RouteMiddleware.Middleware.IpFilter;
using RouteMiddleware.Middleware.Logging;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Middleware.OutputCache;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Middleware.RequestDecompression;
using RouteMiddleware.Middleware.RequestId;
using RouteMiddleware.Middleware.RequestTimeout;
using RouteMiddleware.Middleware.SecurityHeaders;
using RouteMiddleware.Middleware.StaticFiles;
using RouteMiddleware.Middleware.Tenant;
using RouteMiddleware.Middleware.Timing;
using RouteMiddleware.Middleware.TrustedHost;

namespace RouteMiddleware.Setup;

/// <summary>The table of built-in middleware: a line each.</summary>
internal static class BuiltInMiddleware
{
    public static void AddTo(RouteMiddlewareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        AccessLogRegistration.Add(builder);
        AntiforgeryRegistration.Add(builder);
        AuthRegistration.Add(builder);
        AuthorizationRegistration.Add(builder);
        BodyLimitRegistration.Add(builder);
        CacheRegistration.Add(builder);
        CorsRegistration.Add(builder);
        ForwardedHeadersRegistration.Add(builder);
        GzipRegistration.Add(builder);
        HstsRegistration.Add(builder);
        HttpLoggingRegistration.Add(builder);
        HttpsRedirectionRegistration.Add(builder);
        IpFilterRegistration.Add(builder);
        LoggingRegistration.Add(builder);
        MaintenanceRegistration.Add(builder);
        OutputCacheRegistration.Add(builder);
        RateLimitRegistration.Add(builder);
        RequestDecompressionRegistration.Add(builder);
        RequestIdRegistration.Add(builder);
        RequestTimeoutRegistration.Add(builder);
        SecurityHeadersRegistration.Add(builder);
        StaticFilesRegistration.Add(builder);
        TenantRegistration.Add(builder);
        TimingRegistration.Add(builder);
        TrustedHostRegistration.Add(builder);
    }
}
