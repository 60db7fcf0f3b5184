using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>One endpoint with its whole chain; or, without an endpoint, what runs where none matches (404, 405, 415).</summary>
public sealed class RouteChain
{
    internal RouteChain(string name, IReadOnlyList<ChainLink> links, IReadOnlyList<TakenOffLink> takenOff, PreflightChain preflight)
    {
        Name = name;
        Links = links;
        TakenOff = takenOff;
        Preflight = preflight;
    }

    /// <summary>The endpoint; <see langword="null"/> for requests that match none.</summary>
    public Endpoint? Endpoint { get; internal init; }

    /// <summary>Methods and template: <c>POST /api/orders</c>.</summary>
    public string Name { get; }

    /// <summary>The HTTP methods in the order in which they were mapped; none where the endpoint takes every method.</summary>
    public IReadOnlyList<string> Methods { get; internal init; } = [];

    /// <summary>The template of the route, with <c>/</c> in front; <see langword="null"/> where the endpoint has none.</summary>
    public string? Template { get; internal init; }

    /// <summary>The endpoint's display name.</summary>
    public string? DisplayName { get; internal init; }

    /// <summary>The endpoint's order in routing: lower ones are tried first.</summary>
    public int Order { get; internal init; }

    /// <summary>What runs, outermost first: the global list less what the endpoint took off, then the groups' and its own.</summary>
    public IReadOnlyList<ChainLink> Links { get; }

    /// <summary>What was declared for this place and does not run, and who took it off.</summary>
    public IReadOnlyList<TakenOffLink> TakenOff { get; }

    /// <summary>What a CORS preflight for this endpoint meets.</summary>
    public PreflightChain Preflight { get; }

    /// <summary>The route and its chain.</summary>
    /// <returns><c>POST /api/orders: auth → rate_limit:100/1m</c>.</returns>
    public override string ToString() => $"{Name}: {string.Join(" → ", Links)}";
}
