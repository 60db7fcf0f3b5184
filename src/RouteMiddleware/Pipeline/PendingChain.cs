using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The attachments of one endpoint while it is being built: outer groups add first, the route last, then it is resolved once.</summary>
internal sealed class PendingChain(EndpointBuilder endpoint, ChainResolver resolver, Generations generations)
{
    private const int UsualMetadata = 12;

    private readonly List<Attachment> _attachments = new(8);
    private List<(IReadOnlyList<LinkPlan> Plans, Func<EndpointFilterFactoryContext, EndpointFilterDelegate, EndpointFilterDelegate> Factory)>? _stages;
    private ResolvedChain? _resolved;

    /// <summary>What is wrong with this endpoint alone.</summary>
    public FaultList Faults { get; } = new();

    /// <summary>Whether the endpoint asked for its handler stage, so that filters run there.</summary>
    public bool HasHandlerStage { get; private set; }

    /// <summary>What runs around the handler; <see langword="null"/> where nothing does.</summary>
    public HashSet<LinkPlan>? HandlerStages { get; private set; }

    public ResolvedChain Resolved => _resolved ??= resolver.Resolve(endpoint, _attachments);

    /// <summary>The chain of an endpoint that is being built; <see langword="null"/> where nobody put anything on it, or where it is finished.</summary>
    public static PendingChain? Find(EndpointBuilder endpoint)
    {
        var metadata = endpoint.Metadata;

        for (var i = metadata.Count - 1; i >= 0; i--)
        {
            if (metadata[i] is PendingChain pending)
            {
                return pending;
            }
        }

        return null;
    }

    public static PendingChain Of(EndpointBuilder endpoint, ChainResolver resolver, Generations generations)
    {
        if (Find(endpoint) is { } pending)
        {
            return pending;
        }

        // Room for a chain and what the framework adds: a list that grows step by step is copied for each of thousands of endpoints.
        (endpoint.Metadata as List<object>)?.EnsureCapacity(endpoint.Metadata.Count + UsualMetadata);

        var made = new PendingChain(endpoint, resolver, generations);
        endpoint.Metadata.Add(made);
        return made;
    }

    /// <summary>Adds an attachment, and a filter factory where something of it may run around the handler: with a factory, making the handler takes half as long again.</summary>
    public void Add(Attachment attachment)
    {
        _attachments.Add(attachment);

        if (attachment.IsExclusion)
        {
            TakeOff(attachment);
        }
        else if (resolver.FindHandlerStages(attachment) is { } stages)
        {
            // One factory for each call keeps reading order with the filters that AddEndpointFilter adds in between.
            Func<EndpointFilterFactoryContext, EndpointFilterDelegate, EndpointFilterDelegate> factory = (context, next) => Around(attachment, context, next);
            endpoint.FilterFactories.Add(factory);
            (_stages ??= []).Add((stages, factory));
        }
    }

    /// <summary>Puts the handler stages of one attachment around the rest. Runs when the handler's delegate is made: every attachment is known by then.</summary>
    public EndpointFilterDelegate Around(Attachment attachment, EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        HasHandlerStage = true;

        foreach (var (owner, link) in Resolved.Links.Reverse())
        {
            if (ReferenceEquals(owner, attachment) && link.HasHandlerStage)
            {
                next = Around(attachment, link, context, next);
            }
        }

        return next;
    }

    private void TakeOff(Attachment exclusion)
    {
        for (var i = _stages?.Count - 1 ?? -1; i >= 0; i--)
        {
            var (plans, factory) = _stages![i];
            LinkPlan[] left = [.. plans.Where(plan => !exclusion.TakesOff(plan))];

            if (left.Length > 0)
            {
                _stages[i] = (left, factory);
            }
            else
            {
                _stages.RemoveAt(i);
                endpoint.FilterFactories.Remove(factory);
            }
        }
    }

    private EndpointFilterDelegate Around(Attachment owner, Link link, EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        try
        {
            var first = link.Around(context, next);

            // One that declines at the start has no stage, whatever its options become: every request would pay for it.
            if (ReferenceEquals(first, next))
            {
                return next;
            }

            (HandlerStages ??= []).Add(link.Plan);

            var observation = generations.Observation;
            var around = Follow(first, next);

            if (observation.IsWanted)
            {
                around = new ObservedStage(around, Observe, observation).InvokeAsync;
            }

            return link.Plan.Condition is not { } condition
                ? around
                : invocation => condition.Matches(invocation.HttpContext.Request.Path.Value) ? around(invocation) : next(invocation);

            EndpointFilterDelegate Follow(EndpointFilterDelegate stage, EndpointFilterDelegate rest)
                => link.IsRenewable ? new RenewableStage(link, stage, context, rest, generations).InvokeAsync : stage;

            EndpointFilterDelegate Observe()
            {
                var rest = observation.AroundRest(next);
                return observation.Around(link, Follow(link.Around(context, rest), rest));
            }
        }
        catch (Exception exception)
        {
            LinkFactory.AddFaults(exception, link.Plan, Faults, ChainResolver.WhereOf(endpoint, owner));
            return next;
        }
    }
}
