using Microsoft.AspNetCore.Builder;

namespace RouteMiddleware;

/// <summary>A middleware that describes the endpoints it stands on: statuses, headers and security for OpenAPI, flags for other components.</summary>
public interface IEndpointContributor
{
    /// <summary>Adds to the endpoint's metadata. Called once for each endpoint whose chain holds the middleware, when the endpoint is built.</summary>
    /// <param name="endpointBuilder">The endpoint under construction.</param>
    void Contribute(EndpointBuilder endpointBuilder);
}
