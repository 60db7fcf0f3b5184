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
    private readonly Func<Link, Func<HttpContext, bool>?> _skip;
    private readonly Generations _generations;
    private readonly Func<HttpContext, Generation> _generationOf;
    private readonly RequestDelegate _first;

    private Composed[] _composed = [];
    private (Link Link, RequestDelegate Delegate)[] _placed = [];

    private RenewableChain(
        IReadOnlyList<Link> links,
        RequestDelegate rest,
        Func<Link, Func<HttpContext, bool>?> skip,
        Generations generations,
        Func<HttpContext, Generation> generationOf,
        FaultList faults)
    {
        _links = links;
        _rest = rest;
        _skip = skip;
        _generations = generations;
        _generationOf = generationOf;
        _first = LinkComposer.Compose(links, rest, skip, faults, Place);
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

            next = segment.Any(static link => link.IsRenewable)
                ? new RenewableChain(segment, next, skip, generations, isBehind ? generations.Of : enter, faults).InvokeAsync
                : LinkComposer.Compose(segment, next, skip, faults);
            end = start;
        }

        return next;
    }

    private Task InvokeAsync(HttpContext context) => _generations.IsFirst ? _first(context) : Of(_generationOf(context))(context);

    private RequestDelegate Of(Generation generation)
    {
        if (generation.Number == 0)
        {
            return _first;
        }

        foreach (var composed in Volatile.Read(ref _composed))
        {
            if (composed.Number == generation.Number)
            {
                return composed.Delegate;
            }
        }

        return Renew(generation);
    }

    private RequestDelegate Renew(Generation generation)
    {
        lock (_generations.Renewal)
        {
            Link[] links = [.. _links.Select(generation.Of)];

            // What did not change here goes on as it is.
            var composed = links.SequenceEqual(_links)
                ? _first
                : Array.Find(_composed, known => known.Links.SequenceEqual(links))?.Delegate ?? Compose(links);

            Volatile.Write(ref _composed, [new Composed(generation.Number, links, composed), .. _composed.Where(known => known.Number != generation.Number).Take(KeptGenerations - 1)]);
            return composed;
        }
    }

    private RequestDelegate Compose(Link[] links)
    {
        var faults = new FaultList();
        var composed = LinkComposer.Compose(links, _rest, _skip, faults, Place);

        // Each link was put around a delegate before the reload was accepted: what fails only here is thrown, not passed by.
        faults.ThrowIfAny();
        return composed;
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

    private sealed record Composed(int Number, Link[] Links, RequestDelegate Delegate);
}
