using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>Counts the refusals of one middleware by route and reason, neither of which the caller chooses.</summary>
/// <param name="meters">The application's meters; <see langword="null"/> where it has none.</param>
/// <param name="part">The middleware's alias.</param>
/// <param name="description">Which requests are counted.</param>
internal abstract class PartRefusals(IMeterFactory? meters, string part, string description)
{
    private readonly Counter<long>? _refusals = meters?.Create("RouteMiddleware").CreateCounter<long>($"routemiddleware.{part}.refusals", "{request}", description);

    public void Count(HttpContext context, string reason)
    {
        if (_refusals is { Enabled: true })
        {
            _refusals.Add(1, new("route", RouteTemplate.Of(context.GetEndpoint())), new("outcome", "refused"), new("reason", reason));
        }
    }
}
