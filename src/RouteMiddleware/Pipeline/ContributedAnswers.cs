using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace RouteMiddleware.Pipeline;

/// <summary>Asks a middleware what it adds to the answers of an endpoint.</summary>
internal static class ContributedAnswers
{
    public static void Describe(object middleware, EndpointAnswers answers)
    {
        switch (middleware)
        {
            case IDescribeAnswers describing:
                describing.DescribeAnswers(answers);
                break;

            // On a route, what it contributes is in the endpoint's metadata already.
            case IEndpointContributor contributor when answers.Link.IsGlobal:
                Contribute(contributor, answers);
                break;
        }
    }

    // The endpoints are built and shared: a copy takes what is added.
    private static void Contribute(IEndpointContributor contributor, EndpointAnswers answers)
    {
        var route = answers.Endpoint as RouteEndpoint;
        var copy = new RouteEndpointBuilder(answers.Endpoint.RequestDelegate, route?.RoutePattern ?? RoutePatternFactory.Parse(""), route?.Order ?? 0) { DisplayName = answers.Endpoint.DisplayName };

        foreach (var item in answers.Endpoint.Metadata)
        {
            copy.Metadata.Add(item);
        }

        contributor.Contribute(copy);

        foreach (var added in copy.Metadata.Where(item => !answers.Endpoint.Metadata.Contains(item)).OfType<IProducesResponseTypeMetadata>())
        {
            answers.Add(added.StatusCode, added.Description, added.Type, added.ContentTypes);
        }
    }
}
