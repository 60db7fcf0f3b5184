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
            var key = (endpoint.Metadata.GetMetadata<EndpointChain>(), global.IsPassedBy(endpoint));

            if (!chains.TryGetValue(key, out var chain))
            {
                chains[key] = chain = RunOrder(endpoint, key.Item1);
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

    private IReadOnlyList<LinkPlan> RunOrder(RouteEndpoint endpoint, EndpointChain? chain)
        => [.. global.RunningOn(endpoint).Concat(chain?.Links ?? []).OrderBy(MiddlewareShapes.IsFilterOnly)];

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
