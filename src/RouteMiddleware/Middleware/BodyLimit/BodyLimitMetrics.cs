using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>Counts refusals by route and reason, neither of which the caller chooses.</summary>
internal sealed class BodyLimitMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.body_limit.refusals",
        "{request}",
        "Requests whose body is too large.");

    public void Count(HttpContext context, string reason)
    {
        if (_refusals is { Enabled: true })
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
            _refusals.Add(1, new("route", route), new("outcome", "refused"), new("reason", reason));
        }
    }
}
