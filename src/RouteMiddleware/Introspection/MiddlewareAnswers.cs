using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>Has the middleware of an endpoint tell what they add to its answers: those that serve requests now, whatever was reloaded since the start.</summary>
internal sealed class MiddlewareAnswers(MiddlewareCatalog catalog, GlobalChain global, LinkFactory links, Generations generations, IServiceProvider services) : IMiddlewareAnswers
{
    public EndpointAnswers Of(Endpoint endpoint, string method)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrWhiteSpace(method);

        var reading = new ChainReading(catalog, links, generations, new SecretMask(services.GetService<IConfiguration>()));
        var chain = endpoint.Metadata.GetMetadata<EndpointChain>();
        var answers = new EndpointAnswers(endpoint, method, StatusesOf(endpoint));

        foreach (var plan in global.RunningOn(endpoint))
        {
            Describe(plan, answers, () => reading.OfGlobal(plan));
        }

        foreach (var placed in chain?.Placed ?? [])
        {
            Describe(placed.Plan, answers, () => reading.Of(placed, chain!));
        }

        answers.Turn = null;
        return answers;
    }

    private void Describe(LinkPlan plan, EndpointAnswers answers, Func<ChainLink> place)
    {
        var runs = plan.Condition is not { } condition || answers.Endpoint is not RouteEndpoint route || condition.MayMatch(route.RoutePattern);

        if (runs && links.Find(plan) is { } link)
        {
            answers.Turn = place();
            generations.Current.Of(link).Describe(answers);
        }
    }

    // What stands behind the chain's mark, middleware added.
    private static HashSet<int> StatusesOf(Endpoint endpoint)
        => [.. endpoint.Metadata.TakeWhile(static item => item is not EndpointChain).Select(static item => item switch
        {
            IProducesResponseTypeMetadata produces => produces.StatusCode,
            IApiResponseMetadataProvider provider => provider.StatusCode,
            _ => 0,
        })];
}
