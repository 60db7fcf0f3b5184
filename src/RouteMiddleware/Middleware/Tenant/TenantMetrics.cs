using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>Counts refusals by route and reason, neither of which the caller chooses.</summary>
internal sealed class TenantMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.tenant.refusals",
        "{request}",
        "Requests that were refused for their tenant.");

    public void Count(HttpContext context, string reason)
    {
        if (_refusals is { Enabled: true })
        {
            _refusals.Add(1, new("route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)"), new("outcome", "refused"), new("reason", reason));
        }
    }
}
