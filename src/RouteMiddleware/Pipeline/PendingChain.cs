using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The attachments of one endpoint while it is being built: outer groups add first, the route last, then it is resolved once.</summary>
internal sealed class PendingChain(EndpointBuilder endpoint, ChainResolver resolver, Generations generations)
{
    private readonly List<Attachment> _attachments = [];
    private ResolvedChain? _resolved;

    /// <summary>What is wrong with this endpoint alone.</summary>
    public FaultList Faults { get; } = new();

    /// <summary>Whether the endpoint asked for its handler stage, so that filters run there.</summary>
    public bool HasHandlerStage { get; private set; }

    /// <summary>What runs around the handler; <see langword="null"/> where nothing does.</summary>
    public HashSet<LinkPlan>? HandlerStages { get; private set; }

    public ResolvedChain Resolved => _resolved ??= resolver.Resolve(endpoint, _attachments);

    public static PendingChain Of(EndpointBuilder endpoint, ChainResolver resolver, Generations generations)
    {
        for (var i = endpoint.Metadata.Count - 1; i >= 0; i--)
        {
            if (endpoint.Metadata[i] is PendingChain pending)
            {
                return pending;
            }
        }

        var made = new PendingChain(endpoint, resolver, generations);
        endpoint.Metadata.Add(made);
        return made;
    }

    public void Add(Attachment attachment) => _attachments.Add(attachment);

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
