using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Neighbouring links that are composed together, with all that endpoints of the same chain share of it: what each endpoint keeps for itself is what follows the links.
/// At most the innermost of them lives on one endpoint only (a convention class, a branch).
/// </summary>
internal sealed class Segment
{
    private readonly Link[] _behindFirst;

    private Segment(IReadOnlyList<Link> links, Func<Link, Func<HttpContext, bool>?> skip, Generations generations, Func<HttpContext, Generation> generationOf, bool isInnermost)
    {
        Links = links;
        Skip = skip;
        Generations = generations;
        GenerationOf = generationOf;
        IsInnermost = isInnermost;
        _behindFirst = [.. links.Skip(1)];
    }

    /// <summary>The links in reading order.</summary>
    public IReadOnlyList<Link> Links { get; }

    /// <summary>Tells per link when a request passes it by; <see langword="null"/> for never.</summary>
    public Func<Link, Func<HttpContext, bool>?> Skip { get; }

    public Generations Generations { get; }

    /// <summary>The state of the options that a request keeps.</summary>
    public Func<HttpContext, Generation> GenerationOf { get; }

    /// <summary>Whether nothing of the chain stands behind it.</summary>
    public bool IsInnermost { get; }

    /// <summary>Whether its innermost link is made for each endpoint.</summary>
    public bool LivesOnOneEndpoint => Links[^1].LivesOnOneEndpoint;

    /// <summary>Whether another can take a link's place, or somebody may want to know what each of them does.</summary>
    public bool CanChange { get; private init; }

    /// <summary>Whether an endpoint has it composed by its first request: nothing of it can fail then, and most endpoints of a large application never see one.</summary>
    public bool IsComposedLater { get; private init; }

    /// <summary>Splits a chain.</summary>
    /// <param name="links">The links in reading order.</param>
    /// <param name="skip">Tells per link when a request passes it by; <see langword="null"/> for never.</param>
    /// <param name="generations">The state of the options.</param>
    /// <param name="enter">Marks the request at the first of the links that can change.</param>
    /// <param name="isObserved">Whether somebody may want to know what each link does.</param>
    /// <param name="mayWait">Whether the first request may compose what can't fail.</param>
    /// <returns>The innermost first: in this order they are put around the rest of the request.</returns>
    public static IReadOnlyList<Segment> Of(
        IReadOnlyList<Link> links,
        Func<Link, Func<HttpContext, bool>?> skip,
        Generations generations,
        Func<HttpContext, Generation> enter,
        bool isObserved,
        bool mayWait)
    {
        List<Segment> segments = [];
        Func<HttpContext, Generation> behind = generations.Of;
        var end = links.Count;

        // A link that lives on one endpoint only ends its segment.
        while (end > 0)
        {
            var start = end - 1;

            while (start > 0 && !links[start - 1].LivesOnOneEndpoint)
            {
                start--;
            }

            Link[] segment = [.. links.Skip(start).Take(end - start)];
            var isBehind = links.Take(start).Any(static link => link.IsRenewable);

            segments.Add(new Segment(segment, skip, generations, isBehind ? behind : enter, isInnermost: end == links.Count)
            {
                CanChange = isObserved || Array.Exists(segment, static link => link.IsRenewable),
                IsComposedLater = mayWait && !segment[^1].LivesOnOneEndpoint,
            });
            end = start;
        }

        return segments;
    }

    /// <summary>Puts the segments of a chain around the rest of a request.</summary>
    /// <param name="segments">The innermost first.</param>
    /// <param name="rest">What runs inside the innermost.</param>
    /// <param name="faults">Takes what goes wrong while a link is put in place.</param>
    public static RequestDelegate Compose(IReadOnlyList<Segment> segments, RequestDelegate rest, FaultList faults)
    {
        foreach (var segment in segments)
        {
            rest = segment.Around(rest, faults);
        }

        return rest;
    }

    /// <summary>Composes what stands behind the first link.</summary>
    public RequestDelegate ComposeBehindFirst(RequestDelegate rest)
    {
        var faults = new FaultList();
        var composed = LinkComposer.Compose(_behindFirst, rest, Skip, faults);
        faults.ThrowIfAny();
        return composed;
    }

    private RequestDelegate Around(RequestDelegate rest, FaultList faults)
    {
        if (CanChange)
        {
            return new RenewableChain(this, rest, faults).InvokeAsync;
        }

        var first = Links[0];
        var standsAlone = first.Joining?.JoinKey is null && first.Plan.Condition is null && Skip(first) is null;

        return IsComposedLater && standsAlone && _behindFirst.Length > 0 && first.AroundLater(this, rest) is { } begun
            ? begun
            : LinkComposer.Compose(Links, rest, Skip, faults);
    }
}
