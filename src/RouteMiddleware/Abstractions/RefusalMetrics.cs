using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>Counts refusals by middleware and reason, neither of which the caller chooses.</summary>
internal sealed class RefusalMetrics(IMeterFactory? meters = null, IChainObservation? observation = null)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.refusals",
        "{request}",
        "Requests that a middleware refused.");

    public void Count(HttpContext context, Refusal refusal)
    {
        if (observation is { IsOn: true })
        {
            observation.Refused(context, refusal);
        }

        if (_refusals is { Enabled: true } refusals)
        {
            refusals.Add(1, new("middleware", refusal.Middleware ?? "(none)"), new("reason", refusal.Code));
        }
    }
}
