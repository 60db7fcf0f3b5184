using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The links of one chain, each with the attachment it came by, and all that endpoints of the same chain share.</summary>
/// <param name="links">In reading order, those alone that run.</param>
/// <param name="chain">What stays in the endpoint's metadata.</param>
/// <param name="isFaulty">Whether something of it can't run; the faults say what.</param>
internal sealed class ResolvedChain(IReadOnlyList<(Attachment Owner, Link Link)> links, EndpointChain chain, bool isFaulty)
{
    private readonly Lock _lock = new();
    private readonly List<EndpointChain> _withHandlerStages = [];
    private IReadOnlyList<Segment>? _segments;
    private IReadOnlyList<Segment>? _observedSegments;

    public IReadOnlyList<(Attachment Owner, Link Link)> Links => links;

    public EndpointChain Chain => chain;

    public bool IsFaulty => isFaulty;

    /// <summary>The links alone: one list for all endpoints of the same chain.</summary>
    public IReadOnlyList<Link> InOrder { get; } = [.. links.Select(static item => item.Link)];

    /// <summary>What to put around the endpoint's delegate, the innermost first.</summary>
    public IReadOnlyList<Segment> SegmentsFor(Generations generations)
    {
        // Whether anybody may watch is settled when the application starts; a check before that may have come first.
        return generations.Observation.MayWatch(InOrder) ? _observedSegments ??= Split(isObserved: true) : _segments ??= Split(isObserved: false);

        IReadOnlyList<Segment> Split(bool isObserved) => Segment.Of(InOrder, static _ => null, generations, generations.EnterRoute, isObserved, mayWait: true);
    }

    /// <summary>What stays in the metadata of an endpoint, where these run around its handler.</summary>
    public EndpointChain ChainWith(IReadOnlySet<LinkPlan>? handlerStages)
    {
        if (handlerStages is null)
        {
            return chain;
        }

        lock (_lock)
        {
            if (_withHandlerStages.Find(known => known.HandlerStages.SetEquals(handlerStages)) is not { } shared)
            {
                _withHandlerStages.Add(shared = chain.With(handlerStages));
            }

            return shared;
        }
    }
}
