using Microsoft.AspNetCore.Http;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>The attachments that run around an endpoint, in the order of its chain: each is one object, however many endpoints share it.</summary>
internal sealed class ChainPlans(GlobalChain global)
{
    public IReadOnlyList<LinkPlan> Of(Endpoint? endpoint) => [.. global.RunningOn(endpoint), .. endpoint?.Metadata.GetMetadata<EndpointChain>()?.Links ?? []];
}
