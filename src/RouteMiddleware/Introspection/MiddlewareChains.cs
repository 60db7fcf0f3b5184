using Microsoft.AspNetCore.Http;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>Reads finished chains: the global list of the settings, and what each endpoint's metadata holds.</summary>
internal sealed class MiddlewareChains(MiddlewareCatalog catalog) : IMiddlewareChains
{
    public IReadOnlyList<ChainLink> Of(Endpoint? endpoint)
    {
        var chain = endpoint?.Metadata.GetMetadata<EndpointChain>();
        var global = catalog.Global.Where((plan, index) => plan.Inactive is null && chain?.IsWithoutGlobal(index) != true);

        return [.. global.Select(static plan => LinkOf(plan, isGlobal: true)), .. chain?.Links.Select(static plan => LinkOf(plan, isGlobal: false)) ?? []];
    }

    private static ChainLink LinkOf(LinkPlan plan, bool isGlobal) => new(plan.Registration, plan.Argument, plan.Where, isGlobal);
}
