using Microsoft.AspNetCore.Builder;

namespace RouteMiddleware;

/// <summary>
/// A middleware that describes the endpoints it stands on in their metadata: answers in ASP.NET Core's own way, flags for other components. Headers and credentials are told by
/// <see cref="IDescribeAnswers"/>.
/// </summary>
public interface IEndpointContributor
{
    /// <summary>
    /// Adds to the endpoint's metadata. Called once for each endpoint whose groups or route hold the middleware, when the endpoint is built. In the global list it is called
    /// where a document is made, with a copy of the metadata, unless the middleware implements <see cref="IDescribeAnswers"/>: the document alone sees what is added.
    /// </summary>
    /// <param name="endpointBuilder">The endpoint under construction, or the copy.</param>
    void Contribute(EndpointBuilder endpointBuilder);
}
