using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The finished chain of one endpoint, in its metadata.</summary>
internal sealed class EndpointChain(IReadOnlyList<LinkPlan> links, IReadOnlyList<Attachment> exclusions, bool[]? withoutGlobal)
{
    /// <summary>The links of groups and route in reading order, without those that were taken off or don't count here.</summary>
    public IReadOnlyList<LinkPlan> Links => links;

    /// <summary>The exclusions that stand on the endpoint.</summary>
    public IReadOnlyList<Attachment> Exclusions => exclusions;

    /// <summary>Whether the endpoint took that entry of the global list off.</summary>
    public bool IsWithoutGlobal(int index) => withoutGlobal is not null && withoutGlobal[index];

    /// <summary>Whether the endpoint took an entry of the global list off that answers preflights.</summary>
    public bool IsWithoutGlobalAnswer(IReadOnlyList<LinkPlan> global)
        => withoutGlobal is not null
            && global.Where((_, index) => withoutGlobal[index]).Any(static plan => plan.Registration.MiddlewareType?.IsAssignableTo(typeof(IAnswerPreflight)) == true);
}
