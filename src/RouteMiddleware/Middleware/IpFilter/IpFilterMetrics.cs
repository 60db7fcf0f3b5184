using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.IpFilter;

/// <summary>Counts refusals by route and reason, neither of which the caller chooses.</summary>
internal sealed class IpFilterMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.ip_filter.refusals",
        "{request}",
        "Requests that were turned away by address or user agent.");

    public void Count(HttpContext context, string reason)
    {
        if (_refusals is { Enabled: true })
        {
            _refusals.Add(1, new("route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)"), new("outcome", "refused"), new("reason", reason));
        }
    }
}
