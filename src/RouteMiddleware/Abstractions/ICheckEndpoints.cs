using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>A service of the library that has a say before the port opens: what it finds is reported with all other faults.</summary>
internal interface ICheckEndpoints
{
    /// <summary>Looks at the endpoints, whose chains are composed.</summary>
    /// <returns>What keeps the application from starting.</returns>
    IEnumerable<RouteMiddlewareFault> Check(IReadOnlyList<Endpoint> endpoints);
}
