using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>Tells what runs where: a service, for pages, checks and tests that show or compare chains. Read when asked: nothing of it is kept for requests.</summary>
public interface IMiddlewareChains
{
    /// <summary>Every endpoint of the application with its chain, in the order in which they were mapped. Read anew at each call; complete once the application has started.</summary>
    IReadOnlyList<RouteChain> Routes { get; }

    /// <summary>The middleware around an endpoint, outermost first: the global list less what the endpoint took off, then those of its groups and its own.</summary>
    /// <param name="endpoint">The endpoint; <see langword="null"/> for requests that match none, around which the global list runs alone.</param>
    /// <returns>The links that run; entries that don't count here and now are left out.</returns>
    IReadOnlyList<ChainLink> Of(Endpoint? endpoint);

    /// <summary>An endpoint with its chain, what was taken off, and what its preflights meet.</summary>
    /// <param name="endpoint">The endpoint; <see langword="null"/> for requests that match none (404, 405, 415).</param>
    /// <returns>The endpoint's chain.</returns>
    RouteChain Describe(Endpoint? endpoint);
}
