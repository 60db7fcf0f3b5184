using System.Diagnostics.Metrics;

namespace RouteMiddleware;

/// <summary>Counts refusals by middleware and reason, neither of which the caller chooses.</summary>
internal sealed class RefusalMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.refusals",
        "{request}",
        "Requests that a middleware refused.");

    public void Count(Refusal refusal)
    {
        if (_refusals is { Enabled: true } refusals)
        {
            refusals.Add(1, new("middleware", refusal.Middleware ?? "(none)"), new("reason", refusal.Code));
        }
    }
}
