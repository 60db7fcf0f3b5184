using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Neighbouring links as one delegate that follows the options: composed at start, and again at the first request of each generation. At most the innermost of them
/// lives on one endpoint only (a convention class, a branch): it stays what it is until its own options change.
/// </summary>
internal sealed class RenewableChain
{
    // Requests of more generations than these are hardly ever under way at once; an older one has its chain composed for itself.
    private const int KeptGenerations = 3;

    private readonly IReadOnlyList<Link> _links;
    private readonly RequestDelegate _rest;
    private readonly RequestDelegate _observedRest;
    private readonly Func<Link, Func<HttpContext, bool>?> _skip;
    private readonly Generations _generations;
    private readonly Func<HttpContext, Generation> _generationOf;
    private readonly RequestDelegate _first;

    private RequestDelegate? _observedFirst;
    private Composed[] _composed = [];
    private (Link Link, RequestDelegate Delegate)[] _placed = [];

    private RenewableChain(
        IReadOnlyList<Link> links,
        RequestDelegate rest,
        Func<Link, Func<HttpContext, bool>?> skip,
        Generations generations,
        Func<HttpContext, Generation> generationOf,
        bool isInnermost,
        FaultList faults)
    {
        // A link that lives on one endpoint only keeps what follows it: that must ask by itself whether somebody listens.
        var observedRest = isInnermost ? generations.Observation.AroundRest(rest) : rest;

        _links = links;
        _rest = links[^1].LivesOnOneEndpoint ? observedRest : rest;
        _observedRest = observedRest;
        _skip = skip;
        _generations = generations;
        _generationOf = generationOf;
        _first = LinkComposer.Compose(links, _rest, skip, faults, Place);
    }

    /// <summary>Composes links: where options of one can change, into a delegate that follows them.</summary>
    /// <param name="links">The links in reading order.</param>
    /// <param name="rest">What runs inside the innermost.</param>
    /// <param name="skip">Tells per link when a request passes it by; <see langword="null"/> for never.</param>
    /// <param name="generations">The state of the options.</param>
    /// <param name="enter">Marks the request at the first of the links that can change.</param>
    /// <param name="faults">Takes what goes wrong while a link is put in place.</param>
    public static RequestDelegate Compose(
        IReadOnlyList<Link> links,
        RequestDelegate rest,
        Func<Link, Func<HttpContext, bool>?> skip,
        Generations generations,
        Func<HttpContext, Generation> enter,
        FaultList faults)
    {
        var next = rest;
        var end = links.Count;
        var isObserved = generations.Observation.IsWanted || generations.Observation.IsSubscribed || links.Any(static link => Observation.IsAskedForBy(link.Plan));

        // From the inside out, a segment at a time: a link that lives on one endpoint only ends its segment.
        while (end > 0)
        {
            var start = end - 1;

            while (start > 0 && !links[start - 1].LivesOnOneEndpoint)
            {
                start--;
            }

            IReadOnlyList<Link> segment = start == 0 && end == links.Count ? links : [.. links.Skip(start).Take(end - start)];
            var isBehind = links.Take(start).Any(static link => link.IsRenewable);

            next = isObserved || segment.Any(static link => link.IsRenewable)
                ? new RenewableChain(segment, next, skip, generations, isBehind ? generations.Of : enter, end == links.Count, faults).InvokeAsync
                : LinkComposer.Compose(segment, next, skip, faults);
            end = start;
        }

        return next;
    }

    private Task InvokeAsync(HttpContext context) => _generations.IsPlain ? _first(context) : Find(_generationOf(context))(context);

    private RequestDelegate Find(Generation generation)
    {
        var isObserved = _generations.Observation.IsOn;

        if (generation.Number == 0)
        {
            return isObserved ? _observedFirst ??= Compose(_links, isObserved: true) : _first;
        }

        var composed = FindComposed(generation.Number) ?? Renew(generation);
        return isObserved ? composed.Observed ??= Compose(composed.Links, isObserved: true) : composed.Delegate;
    }

    // Asked by every request since the first reload: a closure for each would be waste.
    private Composed? FindComposed(int number)
    {
        foreach (var known in Volatile.Read(ref _composed))
        {
            if (known.Number == number)
            {
                return known;
            }
        }

        return null;
    }

    private Composed Renew(Generation generation)
    {
        lock (_generations.Renewal)
        {
            Link[] links = [.. _links.Select(generation.Of)];

            // What did not change here goes on as it is.
            var composed = links.SequenceEqual(_links)
                ? _first
                : Array.Find(_composed, known => known.Links.SequenceEqual(links))?.Delegate ?? Compose(links, isObserved: false);
            var renewed = new Composed(generation.Number, links, composed);

            Volatile.Write(ref _composed, [renewed, .. _composed.Where(known => known.Number != generation.Number).Take(KeptGenerations - 1)]);
            return renewed;
        }
    }

    private RequestDelegate Compose(IReadOnlyList<Link> links, bool isObserved)
    {
        lock (_generations.Renewal)
        {
            var faults = new FaultList();
            var composed = isObserved
                ? LinkComposer.Compose(links, _observedRest, _skip, faults, (link, next) => _generations.Observation.Around(link, Place(link, next)), joinNeighbours: false)
                : LinkComposer.Compose(links, _rest, _skip, faults, Place);

            // Each link was put around a delegate before the reload was accepted: what fails only here is thrown, not passed by.
            faults.ThrowIfAny();
            return composed;
        }
    }

    private RequestDelegate Place(Link link, RequestDelegate next)
    {
        if (!link.LivesOnOneEndpoint)
        {
            return link.Around(next);
        }

        if (Array.Find(_placed, known => ReferenceEquals(known.Link, link)).Delegate is { } placed)
        {
            return placed;
        }

        var around = link.Around(next);
        _placed = [(link, around), .. _placed.Take(KeptGenerations - 1)];
        return around;
    }

    private sealed record Composed(int Number, Link[] Links, RequestDelegate Delegate)
    {
        /// <summary>The same with each link measured: made when somebody listens for the first time.</summary>
        public RequestDelegate? Observed { get; set; }
    }
}
