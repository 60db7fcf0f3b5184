namespace RouteMiddleware.Pipeline;

/// <summary>The links of one endpoint, each with the attachment it came by.</summary>
/// <param name="Links">In reading order, those alone that run.</param>
/// <param name="Chain">What stays in the endpoint's metadata.</param>
/// <param name="IsFaulty">Whether something of it can't run; the faults say what.</param>
internal sealed record ResolvedChain(IReadOnlyList<(Attachment Owner, Link Link)> Links, EndpointChain Chain, bool IsFaulty)
{
    /// <summary>The links alone: one list for all endpoints of the same chain.</summary>
    public IReadOnlyList<Link> InOrder { get; } = [.. Links.Select(static item => item.Link)];
}
