using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>Counts refusals by route and reason, neither of which the caller chooses.</summary>
internal sealed class TrustedHostMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.trusted_host.refusals",
        "{request}",
        "Requests whose host is not allowed.");

    public void Count(HttpContext context, string reason)
    {
        if (_refusals is { Enabled: true })
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
            _refusals.Add(1, new("route", route), new("outcome", "refused"), new("reason", reason));
        }
    }
}
