using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Counts decisions by route, outcome and reason, none of which the caller chooses.</summary>
internal sealed class RateLimitMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _decisions = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.rate_limit.decisions",
        "{request}",
        "Requests that met a limit.");

    public bool IsEnabled => _decisions is { Enabled: true };

    public void Count(HttpContext context, bool isAdmitted, string reason)
        => _decisions?.Add(
            1,
            new("route", RouteOf(context)),
            new("outcome", isAdmitted ? "admitted" : "refused"),
            new("reason", reason));

    public static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
}
