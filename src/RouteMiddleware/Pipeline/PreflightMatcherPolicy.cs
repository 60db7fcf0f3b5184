using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace RouteMiddleware.Pipeline;

/// <summary>Has routing tell preflights from other requests where an endpoint's own chain answers them. Decided in routing's jump tables: other requests pay a comparison.</summary>
internal sealed class PreflightMatcherPolicy : MatcherPolicy, INodeBuilderPolicy
{
    /// <summary>Behind the choice by method, which finds the endpoint that the preflight asks about.</summary>
    public override int Order => -900;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        for (var i = 0; i < endpoints.Count; i++)
        {
            if (endpoints[i].Metadata.FindOnce<Preflight>() is not null)
            {
                return true;
            }
        }

        return false;
    }

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
    [
        new(false, endpoints),
        new(true, [.. endpoints.Select(static endpoint => Preflight.EndpointFor(endpoint) ?? endpoint)]),
    ];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges)
    {
        return new Table(DestinationOf(false), DestinationOf(true));

        int DestinationOf(bool preflights)
            => edges.Where(edge => edge.State.Equals(preflights)).Select(static edge => edge.Destination).DefaultIfEmpty(exitDestination).First();
    }

    private sealed class Table(int others, int preflights) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) => Preflight.Is(httpContext) ? preflights : others;
    }
}
