using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>Tells what the middleware of an endpoint add to its answers: a service, for whoever makes documents of the application.</summary>
public interface IMiddlewareAnswers
{
    /// <summary>
    /// Asks each middleware of the chain in effect, outermost first: the global list less what the endpoint took off, then those of its groups and its own. Left out are
    /// those whose <c>Include</c> and <c>Exclude</c> let none of the route's paths through.
    /// </summary>
    /// <param name="endpoint">The endpoint, as the application's <see cref="Microsoft.AspNetCore.Routing.EndpointDataSource"/> has it.</param>
    /// <param name="method">The method of the requests, such as <c>GET</c>.</param>
    /// <returns>What they tell.</returns>
    EndpointAnswers Of(Endpoint endpoint, string method);
}
