using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Builds every endpoint and the global list before the port opens, and refuses to start with all faults at once.</summary>
internal sealed class StartupCheck(IServiceProvider services, MiddlewareCatalog catalog, GlobalChain global, ChainComposer composer, OptionsReload reload, Observation observation) : IStartupFilter
{
    // Where routing keeps the builder whose data sources it reads; WebApplication names it twice.
    private static readonly string[] RouteBuilderKeys = ["__EndpointRouteBuilder", "__GlobalEndpointRouteBuilder"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        observation.IsWanted |= catalog.Global.Any(static plan => plan.Inactive is null && Observation.IsAskedForBy(plan));
        next(app);
        Run(app);
    };

    private void Run(IApplicationBuilder app)
    {
        var endpoints = services.GetService<EndpointDataSource>();
        BuildOnce(app, endpoints);

        var needs = new HandlerNeeds(catalog);

        // Reading them builds them, and composes their chains.
        var built = composer.Build(() => endpoints?.Endpoints ?? []);

        foreach (var endpoint in built)
        {
            needs.Check(endpoint);
        }

        global.Compose();
        CheckUse();

        foreach (var fault in services.GetServices<ICheckEndpoints>().SelectMany(check => check.Check(built)))
        {
            catalog.Faults.Add(fault);
        }

        catalog.Faults.ThrowIfAny();
        composer.IsChecked = true;
        reload.Begin();
    }

    private void CheckUse()
    {
        const string Call = "app.UseRouteMiddleware()";

        if (catalog.Global.Count > 0 && global.Uses == 0)
        {
            catalog.Faults.Add(catalog.GlobalWhere, $"There is a global list, but {Call} was not called, so nothing of it would run.", $"Call {Call} once, where the list shall stand in the pipeline.");
        }

        if (global.Uses > 1)
        {
            catalog.Faults.Add(Call, $"It was called {global.Uses} times; the global list would run as often.", "Call it once.");
        }

        if (global.IsSkippedSomewhere && global.StandsBeforeRouting())
        {
            catalog.Faults.Add(Call, "It stands before app.UseRouting(), so the endpoint is not known yet and WithoutMiddleware can't take anything off the global list.", "Call app.UseRouting() first, or leave that call out.");
        }
    }

    private static void BuildOnce(IApplicationBuilder app, EndpointDataSource? composite)
    {
        Dictionary<EndpointDataSource, EndpointDataSource> fronts = new(ReferenceEqualityComparer.Instance);

        foreach (var key in RouteBuilderKeys)
        {
            if (app.Properties.TryGetValue(key, out var value) && value is IEndpointRouteBuilder routes)
            {
                Replace(routes.DataSources, fronts);
            }
        }

        if ((composite as CompositeEndpointDataSource)?.DataSources is ICollection<EndpointDataSource> sources)
        {
            Replace(sources, fronts);
        }
    }

    private static void Replace(ICollection<EndpointDataSource> sources, Dictionary<EndpointDataSource, EndpointDataSource> fronts)
    {
        if (sources.IsReadOnly)
        {
            return;
        }

        var replaced = sources.Select(source =>
        {
            // Only those that build anew each time they are read. Others keep what they built, and are looked for by their type.
            if (source is BuiltOnceDataSource or CompositeEndpointDataSource || source.GetType().Assembly != typeof(RouteGroupBuilder).Assembly)
            {
                return source;
            }

            if (!fronts.TryGetValue(source, out var front))
            {
                fronts[source] = front = new BuiltOnceDataSource(source);
            }

            return front;
        }).ToArray();

        sources.Clear();

        foreach (var source in replaced)
        {
            sources.Add(source);
        }
    }
}
