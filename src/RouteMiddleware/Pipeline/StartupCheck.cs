using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
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
        Prepare();
        next(app);

        var source = services.GetService<EndpointDataSource>();
        BuildOnce(app, source);
        Run(() => source?.Endpoints ?? [], forGood: true);

        composer.IsChecked = true;
        reload.Begin();
    };

    /// <summary>Checks an application that was built and not started. It can be changed and started afterwards as if nobody had looked.</summary>
    /// <exception cref="RouteMiddlewareException">The start would be refused.</exception>
    public void Check(IApplicationBuilder app)
    {
        Prepare();
        Run(() => composer.IsChecked ? services.GetRequiredService<EndpointDataSource>().Endpoints : [.. SourcesOf(app).SelectMany(static source => source.Endpoints)], forGood: false);
    }

    private void Prepare()
    {
        observation.IsWanted |= catalog.Global.Any(static plan => plan.Inactive is null && Observation.IsAskedForBy(plan));
        observation.Observers = [.. services.GetServices<IMiddlewareObserver>()];
    }

    private void Run(Func<IReadOnlyList<Endpoint>> read, bool forGood)
    {
        var needs = new HandlerNeeds(catalog, global);

        // Reading them builds them, and composes their chains.
        var endpoints = composer.Build(read);

        foreach (var endpoint in endpoints)
        {
            needs.Check(endpoint);
        }

        global.Compose(forGood);

        // What was not called yet may be called still: faults of a check don't stay.
        var faults = new FaultList();
        Array.ForEach(catalog.Faults.ToArray(), faults.Add);
        CheckUse(faults);

        foreach (var fault in services.GetServices<ICheckEndpoints>().SelectMany(check => check.Check(endpoints)))
        {
            faults.Add(fault);
        }

        faults.ThrowIfAny();
    }

    // Those that are mapped, whether or not routing reads them already.
    private static IEnumerable<EndpointDataSource> SourcesOf(IApplicationBuilder app)
        => RouteBuilderKeys.Select(key => app.Properties.TryGetValue(key, out var value) ? value : null)
            .Append(app)
            .OfType<IEndpointRouteBuilder>()
            .SelectMany(static routes => routes.DataSources)
            .Distinct<EndpointDataSource>(ReferenceEqualityComparer.Instance);

    private void CheckUse(FaultList faults)
    {
        const string Call = "app.UseRouteMiddleware()";

        if (catalog.Global.Count > 0 && global.Uses == 0)
        {
            faults.Add(catalog.GlobalWhere, $"There is a global list, but {Call} was not called, so nothing of it would run.", $"Call {Call} once, where the list shall stand in the pipeline.");
        }

        if (global.Uses > 1)
        {
            faults.Add(Call, $"It was called {global.Uses} times; the global list would run as often.", "Call it once.");
        }

        if (global.IsSkippedSomewhere && global.StandsBeforeRouting())
        {
            faults.Add(Call, "It stands before app.UseRouting(), so the endpoint is not known yet and WithoutMiddleware can't take anything off the global list.", "Call app.UseRouting() first, or leave that call out.");
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
