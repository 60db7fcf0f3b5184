using System.Collections.Frozen;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The finished chain of one endpoint, in its metadata.</summary>
internal sealed class EndpointChain
{
    private readonly bool[]? _withoutGlobal;

    public EndpointChain(IReadOnlyList<PlacedPlan> placed, IReadOnlyList<TakenOffPlan> takenOff, bool[]? withoutGlobal)
    {
        Placed = placed;
        Links = [.. placed.Select(static one => one.Plan)];
        TakenOff = takenOff;
        _withoutGlobal = withoutGlobal;
    }

    private EndpointChain(EndpointChain shared, IReadOnlySet<LinkPlan> handlerStages)
    {
        Placed = shared.Placed;
        Links = shared.Links;
        TakenOff = shared.TakenOff;
        _withoutGlobal = shared._withoutGlobal;
        HandlerStages = handlerStages;
    }

    /// <summary>The links of groups and route in reading order, without those that were taken off or don't count here.</summary>
    public IReadOnlyList<LinkPlan> Links { get; }

    /// <summary>The same, each with the attachment it came by.</summary>
    public IReadOnlyList<PlacedPlan> Placed { get; }

    /// <summary>What does not run here: of the global list, the groups and the route.</summary>
    public IReadOnlyList<TakenOffPlan> TakenOff { get; }

    /// <summary>The links that run around the handler of this endpoint.</summary>
    public IReadOnlySet<LinkPlan> HandlerStages { get; } = FrozenSet<LinkPlan>.Empty;

    /// <summary>The chain of one endpoint of many that share it.</summary>
    public EndpointChain With(IReadOnlySet<LinkPlan> handlerStages) => new(this, handlerStages);

    /// <summary>Whether the endpoint took that entry of the global list off.</summary>
    public bool IsWithoutGlobal(int index) => _withoutGlobal is not null && _withoutGlobal[index];

    /// <summary>Whether the endpoint took an entry of the global list off that answers preflights.</summary>
    public bool IsWithoutGlobalAnswer(IReadOnlyList<LinkPlan> global)
        => _withoutGlobal is not null
            && global.Where((_, index) => _withoutGlobal[index]).Any(static plan => plan.Registration.MiddlewareType?.IsAssignableTo(typeof(IAnswerPreflight)) == true);
}
