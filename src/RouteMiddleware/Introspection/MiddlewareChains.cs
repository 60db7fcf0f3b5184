using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>Reads finished chains: the global list of the settings, and what each endpoint's metadata holds.</summary>
internal sealed class MiddlewareChains(MiddlewareCatalog catalog, GlobalChain global, LinkFactory links, Generations generations, IServiceProvider services) : IMiddlewareChains
{
    public IReadOnlyList<RouteChain> Routes
    {
        get
        {
            var reading = Read();
            var wholeGlobal = GlobalOf(null, reading);

            // Asked for here, not by the constructor: whoever makes the endpoints may ask for chains.
            return [.. (services.GetService<EndpointDataSource>()?.Endpoints ?? []).Select(endpoint => Describe(endpoint, reading, wholeGlobal))];
        }
    }

    public IReadOnlyList<ChainLink> Of(Endpoint? endpoint) => LinksOf(endpoint, Read());

    public RouteChain Describe(Endpoint? endpoint)
    {
        var reading = Read();
        return Describe(endpoint, reading, GlobalOf(null, reading));
    }

    private ChainReading Read() => new(catalog, links, generations, new SecretMask(services.GetService<IConfiguration>()));

    private RouteChain Describe(Endpoint? endpoint, ChainReading reading, IReadOnlyList<ChainLink> wholeGlobal)
    {
        var chain = LinksOf(endpoint, reading);
        var route = endpoint as RouteEndpoint;

        // Where a preflight gets an endpoint of its own, that one does not short-circuit.
        var preflight = PreflightReading.Of(endpoint, chain, KeptGlobalOf(endpoint, reading), wholeGlobal);

        return new(endpoint is null ? "(no endpoint)" : RouteName.Of(endpoint), chain, TakenOffOf(endpoint, reading), preflight)
        {
            Endpoint = endpoint,
            Methods = [.. endpoint?.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []],
            Template = route is null ? null : RouteName.TemplateOf(route.RoutePattern),
            DisplayName = endpoint?.DisplayName,
            Order = route?.Order ?? 0,
        };
    }

    private IReadOnlyList<ChainLink> LinksOf(Endpoint? endpoint, ChainReading reading)
    {
        var chain = endpoint?.Metadata.GetMetadata<EndpointChain>();
        return [.. GlobalOf(endpoint, reading), .. chain?.Placed.Select(placed => reading.Of(placed, chain)) ?? []];
    }

    private IReadOnlyList<ChainLink> GlobalOf(Endpoint? endpoint, ChainReading reading) => [.. global.RunningOn(endpoint).Select(reading.OfGlobal)];

    private IReadOnlyList<ChainLink> KeptGlobalOf(Endpoint? endpoint, ChainReading reading) => [.. global.KeptBy(endpoint).Select(reading.OfGlobal)];

    private IReadOnlyList<TakenOffLink> TakenOffOf(Endpoint? endpoint, ChainReading reading)
    {
        var declared = endpoint?.Metadata.GetMetadata<EndpointChain>()?.TakenOff
            ?? catalog.Global.Where(static plan => plan.Inactive is not null).Select(static plan => new TakenOffPlan(plan, null, null));
        var passedBy = global.IsPassedBy(endpoint) ? KeptGlobalOf(endpoint, reading) : [];

        return [.. declared.Select(reading.Of), .. passedBy.Select(static link => new TakenOffLink(link, TakenOffReason.ShortCircuit, "ShortCircuit()"))];
    }
}
