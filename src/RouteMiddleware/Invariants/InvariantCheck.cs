using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>Holds the finished chains against the rules.</summary>
internal sealed class InvariantCheck(InvariantList list, MiddlewareCatalog catalog, GlobalChain global, TemplatePaths paths) : ICheckEndpoints
{
    public IEnumerable<RouteMiddlewareFault> Check(IReadOnlyList<Endpoint> endpoints)
    {
        if (list.Rules.Count == 0)
        {
            return [];
        }

        // The routes of a group share a chain, and so what is found out for it.
        Dictionary<(EndpointChain?, bool), IReadOnlyList<LinkPlan>> chains = [];
        List<RouteFacts> routes = [];

        foreach (var endpoint in endpoints.OfType<RouteEndpoint>().Where(IsReachable))
        {
            var key = (endpoint.Metadata.GetMetadata<EndpointChain>(), SkipsGlobal(endpoint));

            if (!chains.TryGetValue(key, out var chain))
            {
                chains[key] = chain = RunOrder(key.Item1, key.Item2);
            }

            routes.Add(new RouteFacts(endpoint, paths, chain));
        }

        var faults = new FaultList();

        foreach (var rule in list.Rules)
        {
            rule.Check(routes, Explain, catalog, faults);
        }

        return faults.ToArray();
    }

    // Some stand there for links to be made of them alone.
    private static bool IsReachable(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<ISuppressMatchingMetadata>() is not { SuppressMatching: true };

    // Routing runs such an endpoint at once, and nothing of the pipeline behind it. The class of the metadata is not public.
    private bool SkipsGlobal(RouteEndpoint endpoint)
        => !global.StandsBeforeRouting() && endpoint.Metadata.Any(static item => item.GetType() is { Name: "ShortCircuitMetadata" } type && type.Assembly == typeof(RouteEndpoint).Assembly);

    private IReadOnlyList<LinkPlan> RunOrder(EndpointChain? chain, bool skipsGlobal)
    {
        var around = skipsGlobal ? [] : catalog.Global.Where((plan, index) => plan.Inactive is null && chain?.IsWithoutGlobal(index) != true);
        return [.. around.Concat(chain?.Links ?? []).OrderBy(MiddlewareShapes.IsFilterOnly)];
    }

    // Why a middleware that was declared for a route does not run there.
    private string Explain(RouteFacts route, MiddlewareName name)
    {
        if (route.Endpoint.Metadata.GetMetadata<EndpointChain>()?.TakenOff.FirstOrDefault(off => name.Names(off.Plan)) is { } off)
        {
            return off.Exclusion is { } exclusion
                ? $": WithoutMiddleware(\"{exclusion}\") takes it off{(exclusion.Origin is { } origin ? $" ({origin})" : "")}"
                : OutOfAllChains(off.Plan);
        }

        return catalog.Global.FirstOrDefault(name.Names) switch
        {
            null => "",
            { Inactive: not null } plan => OutOfAllChains(plan),
            _ => ": the route short-circuits the pipeline, and with it the global list",
        };
    }

    private static string OutOfAllChains(LinkPlan plan) => $": its entry {plan.Where} does not count ({plan.Inactive!.By})";
}
