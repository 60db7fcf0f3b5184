using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>Request id, timing and security headers as one writes them by hand, shared by the two variants that need them.</summary>
internal static class HandHeaders
{
    public static Task RequestIdAsync(HttpContext context, RequestDelegate next)
    {
        var id = context.Request.Headers["X-Request-ID"].ToString();
        context.Response.Headers["X-Request-ID"] = context.TraceIdentifier = id.Length > 0 ? id : Guid.NewGuid().ToString("N");
        return next(context);
    }

    public static Task TimingAsync(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        context.Response.OnStarting(
            static state =>
            {
                var (context, start) = ((HttpContext, long))state;
                context.Response.Headers["X-Response-Time"] = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0000}s");
                return Task.CompletedTask;
            },
            (context, start));
        return next(context);
    }

    public static Task SecurityAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "0";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=()";
        headers.ContentSecurityPolicy = "default-src 'self'";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }
}
