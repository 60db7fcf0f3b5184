using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>Has the middleware of an endpoint tell what they add to its answers: those that serve requests now, whatever was reloaded since the start.</summary>
internal sealed class MiddlewareAnswers(MiddlewareCatalog catalog, LinkFactory links, Generations generations) : IMiddlewareAnswers
{
    public EndpointAnswers Of(Endpoint endpoint, string method)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrWhiteSpace(method);

        var chain = endpoint.Metadata.GetMetadata<EndpointChain>();
        var global = catalog.Global.Where((plan, index) => plan.Inactive is null && chain?.IsWithoutGlobal(index) != true).Select(static plan => (plan, true));
        var own = chain?.Links.Select(static plan => (plan, false)) ?? [];
        var answers = new EndpointAnswers(endpoint, method, StatusesOf(endpoint));

        foreach (var (plan, isGlobal) in global.Concat(own).Where(item => Runs(item.plan, endpoint)))
        {
            answers.Turn = new(plan.Registration, plan.Argument, plan.Where, isGlobal);

            if (links.Get(plan) is { } link)
            {
                generations.Current.Of(link).Describe(answers);
            }
        }

        answers.Turn = null;
        return answers;
    }

    private static bool Runs(LinkPlan plan, Endpoint endpoint)
        => plan.Condition is not { } condition || endpoint is not RouteEndpoint route || condition.MayMatch(route.RoutePattern);

    // What stands behind the chain's mark, middleware added.
    private static HashSet<int> StatusesOf(Endpoint endpoint)
        => [.. endpoint.Metadata.TakeWhile(static item => item is not EndpointChain).Select(static item => item switch
        {
            IProducesResponseTypeMetadata produces => produces.StatusCode,
            IApiResponseMetadataProvider provider => provider.StatusCode,
            _ => 0,
        })];
}
