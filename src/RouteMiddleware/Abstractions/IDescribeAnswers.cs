namespace RouteMiddleware;

/// <summary>
/// A middleware that tells what callers see of it: its answers, the headers that it sets, the credentials that it reads. Asked when a document (OpenAPI) is made,
/// for each endpoint whose chain holds it, the global list included, with the options in effect then. Where nobody makes documents it costs nothing.
/// </summary>
/// <remarks>
/// For an <see cref="Microsoft.AspNetCore.Http.IMiddleware"/>. Flags that other components need while requests run belong into the endpoint's metadata: <see cref="IEndpointContributor"/>.
/// </remarks>
public interface IDescribeAnswers
{
    /// <summary>Adds what the middleware does to the answers of an endpoint. Those in front of it in the chain have told theirs.</summary>
    /// <param name="answers">What is known of the endpoint's answers so far.</param>
    void DescribeAnswers(EndpointAnswers answers);
}
