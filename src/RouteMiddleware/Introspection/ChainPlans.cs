using Microsoft.AspNetCore.Http;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>The attachments that run around an endpoint, in the order of its chain: each is one object, however many endpoints share it.</summary>
internal sealed class ChainPlans(MiddlewareCatalog catalog)
{
    public IReadOnlyList<LinkPlan> Of(Endpoint? endpoint)
    {
        var chain = endpoint?.Metadata.GetMetadata<EndpointChain>();
        var global = catalog.Global.Where((plan, index) => plan.Inactive is null && chain?.IsWithoutGlobal(index) != true);
        return [.. global, .. chain?.Links ?? []];
    }
}
