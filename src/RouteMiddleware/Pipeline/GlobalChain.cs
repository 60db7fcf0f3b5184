using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The global list as one step of the application's pipeline. Composed by the start-up check, so that it can't fail later.</summary>
internal sealed class GlobalChain(MiddlewareCatalog catalog, LinkFactory links, Generations generations)
{
    private readonly bool[] _skippable = new bool[catalog.Global.Count];
    private RequestDelegate? _entry;
    private RequestDelegate? _rest;

    /// <summary>How often <c>UseRouteMiddleware()</c> was called.</summary>
    public int Uses { get; private set; }

    /// <summary>Whether routing had not run yet where the chain stands, so that endpoints can't take anything off it.</summary>
    public Func<bool> StandsBeforeRouting { get; private set; } = static () => false;

    public bool IsSkippedSomewhere => Array.Exists(_skippable, static flag => flag);

    /// <summary>Whether the list runs a middleware for every request that does not take it off.</summary>
    public bool AlwaysRuns(Type middleware)
        => catalog.Global.Any(plan => plan.Registration.MiddlewareType == middleware && plan is { Inactive: null, Condition: null });

    /// <summary>Whether requests for an endpoint never come to the list, because routing runs it in front.</summary>
    public bool IsPassedBy(Endpoint? endpoint) => endpoint is not null && !StandsBeforeRouting() && ShortCircuit.IsOn(endpoint);

    /// <summary>The same of an endpoint that is being built, when all conventions have run that add metadata.</summary>
    public bool IsPassedBy(EndpointBuilder endpoint) => !StandsBeforeRouting() && ShortCircuit.IsOn(endpoint);

    /// <summary>The entries that run around requests for an endpoint; for <see langword="null"/>, around those that match none.</summary>
    public IEnumerable<LinkPlan> RunningOn(Endpoint? endpoint) => IsPassedBy(endpoint) ? [] : KeptBy(endpoint);

    /// <summary>The entries that count and that an endpoint did not take off, whether or not its requests come to the list.</summary>
    public IEnumerable<LinkPlan> KeptBy(Endpoint? endpoint)
    {
        var chain = endpoint?.Metadata.GetMetadata<EndpointChain>();
        return catalog.Global.Where((plan, index) => plan.Inactive is null && chain?.IsWithoutGlobal(index) != true);
    }

    /// <summary>Records a call of <c>UseRouteMiddleware()</c>.</summary>
    public void Use(Func<bool> standsBeforeRouting)
    {
        Uses++;
        StandsBeforeRouting = standsBeforeRouting;
    }

    /// <summary>Notes that an endpoint takes an entry off. Once the chain is composed it is too late for a new one.</summary>
    /// <returns>Whether the endpoint can take it off.</returns>
    public bool TryMarkSkippable(int index) => _skippable[index] || (_entry is null && (_skippable[index] = true));

    /// <summary>Makes the links and puts them around what will follow.</summary>
    /// <param name="forGood">Whether requests will run through it; otherwise it is only seen whether it can be done.</param>
    public void Compose(bool forGood = true)
    {
        List<(Link Link, int Index)> made = [];

        for (var i = 0; i < catalog.Global.Count; i++)
        {
            var plan = catalog.Global[i];

            if (plan.Inactive is not null)
            {
                continue;
            }

            if (MiddlewareShapes.IsFilterOnly(plan))
            {
                catalog.Faults.Add(plan.Where, $"'{plan}' is an endpoint filter, which runs around handlers only and not in the global list.", "Attach it to routes or groups by WithMiddleware, or implement IMiddleware.");
            }
            else if (links.Get(plan) is { } link)
            {
                made.Add((link, i));
            }
        }

        ChainRules.CheckGlobal(catalog.Global, catalog.Faults);

        Link[] composed = [.. made.Select(static item => item.Link)];
        generations.HasGlobalHead = Array.Exists(composed, static link => link.IsRenewable);
        var segments = Segment.Of(composed, Skip, generations, generations.EnterGlobal, generations.Observation.MayWatch(composed), mayWait: false);
        var entry = Segment.Compose(segments, context => _rest!(context), catalog.Faults);

        if (forGood)
        {
            _entry = entry;
        }

        Func<HttpContext, bool>? Skip(Link link)
        {
            var index = made.First(item => ReferenceEquals(item.Link.Plan, link.Plan.Started)).Index;
            Func<HttpContext, bool>? takenOff = _skippable[index] ? context => context.GetEndpoint()?.Metadata.GetMetadata<EndpointChain>()?.IsWithoutGlobal(index) == true : null;

            return (link.Plan.Registration.MiddlewareType?.IsDefined(typeof(SkipsPreflightAttribute), inherit: true), takenOff) switch
            {
                (true, null) => Preflight.IsAnsweredByRoute,
                (true, _) => context => takenOff(context) || Preflight.IsAnsweredByRoute(context),
                _ => takenOff,
            };
        }
    }

    /// <summary>Puts the chain into the pipeline.</summary>
    public RequestDelegate Around(RequestDelegate rest)
    {
        _rest = rest;

        // A branch (app.Map) is built at its call, before the start-up check composes the list.
        return _entry ?? (context => (_entry ?? throw new InvalidOperationException("The start-up check did not run: the application was not started by a host."))(context));
    }
}
