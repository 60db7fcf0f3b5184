using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>Tells what runs where: a service, for pages, checks and tests that show or compare chains.</summary>
public interface IMiddlewareChains
{
    /// <summary>The middleware around an endpoint, outermost first: the global list less what the endpoint took off, then those of its groups and its own.</summary>
    /// <param name="endpoint">The endpoint; <see langword="null"/> for requests that match none, around which the global list runs alone.</param>
    /// <returns>The links that run; entries that don't count here and now are left out.</returns>
    IReadOnlyList<ChainLink> Of(Endpoint? endpoint);
}
