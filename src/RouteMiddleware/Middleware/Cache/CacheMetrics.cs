using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Counts requests by route, outcome and reason, none of which the caller chooses.</summary>
internal sealed class CacheMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _requests = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.cache.requests",
        "{request}",
        "Requests that met a cache.");

    public bool IsEnabled => _requests is { Enabled: true };

    public void Count(HttpContext context, string outcome, string reason = "none")
        => _requests?.Add(1, new("route", RouteOf(context)), new("outcome", outcome), new("reason", reason));

    public static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
}
