using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>Counts preflights and refusals by route, outcome and reason, none of which the caller chooses.</summary>
internal sealed class CorsMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _decisions = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.cors.decisions",
        "{request}",
        "Preflights that were answered, and requests of foreign pages that were refused.");

    public void Count(HttpContext context, string outcome, string reason)
    {
        if (_decisions is { Enabled: true })
        {
            _decisions.Add(1, new("route", RouteOf(context)), new("outcome", outcome), new("reason", reason));
        }
    }

    public static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
}
