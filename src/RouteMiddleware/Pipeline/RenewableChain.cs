using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// A segment of one endpoint's chain that follows the options: composed at start or by the first request, and again at the first request of each generation. A link that
/// lives on one endpoint only stays what it is until its own options change. There is one of these for each endpoint: what many share is the segment's.
/// </summary>
internal sealed class RenewableChain
{
    // Requests of more generations than these are hardly ever under way at once; an older one has its chain composed for itself.
    private const int KeptGenerations = 3;

    private readonly Segment _segment;

    // The segment's; asked by every request.
    private readonly Generations _generations;
    private readonly RequestDelegate _rest;

    private RequestDelegate? _first;
    private Others? _others;

    /// <summary>Puts a segment around what follows it.</summary>
    /// <param name="segment">The links.</param>
    /// <param name="rest">What runs inside the innermost.</param>
    /// <param name="faults">Takes what goes wrong while a link is put in place.</param>
    public RenewableChain(Segment segment, RequestDelegate rest, FaultList faults)
    {
        _segment = segment;
        _generations = segment.Generations;

        // A link that lives on one endpoint only keeps what follows it: that must ask by itself whether somebody listens.
        _rest = segment is { LivesOnOneEndpoint: true, IsInnermost: true } ? _generations.Observation.AroundRest(rest) : rest;

        if (!segment.IsComposedLater)
        {
            _first = LinkComposer.Compose(segment.Links, _rest, segment.Skip, faults, Place);
        }
    }

    public Task InvokeAsync(HttpContext context) => _generations.IsPlain && _first is { } first ? first(context) : InvokeFoundAsync(context);

    // Inlined, it would have every request save and restore registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Task InvokeFoundAsync(HttpContext context) => Find(_segment.GenerationOf(context))(context);

    private RequestDelegate Find(Generation generation)
    {
        var isObserved = _generations.Observation.IsOn;

        if (generation.Number == 0)
        {
            return isObserved ? Remembered().ObservedFirst ??= Compose(_segment.Links, isObserved: true) : FindFirst();
        }

        var composed = FindComposed(generation.Number) ?? Renew(generation);
        return isObserved ? composed.Observed ??= Compose(composed.Links, isObserved: true) : composed.Delegate;
    }

    private RequestDelegate FindFirst() => _first ??= Compose(_segment.Links, isObserved: false);

    // Asked by every request since the first reload: a closure for each would be waste.
    private Composed? FindComposed(int number)
    {
        foreach (var known in Volatile.Read(ref _others)?.Composed ?? [])
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
            var others = Remembered();
            Link[] links = [.. _segment.Links.Select(generation.Of)];

            // What did not change here goes on as it is.
            var composed = links.SequenceEqual(_segment.Links)
                ? FindFirst()
                : Array.Find(others.Composed, known => known.Links.SequenceEqual(links))?.Delegate ?? Compose(links, isObserved: false);
            var renewed = new Composed(generation.Number, links, composed);

            others.Composed = [renewed, .. others.Composed.Where(known => known.Number != generation.Number).Take(KeptGenerations - 1)];
            return renewed;
        }
    }

    private RequestDelegate Compose(IReadOnlyList<Link> links, bool isObserved)
    {
        lock (_generations.Renewal)
        {
            var faults = new FaultList();
            var composed = isObserved
                ? LinkComposer.Compose(links, ObservedRest(), _segment.Skip, faults, (link, next) => _generations.Observation.Around(link, Place(link, next)), joinNeighbours: false)
                : LinkComposer.Compose(links, _rest, _segment.Skip, faults, Place);

            // Each link was put around a delegate before the reload was accepted: what fails only here is thrown, not passed by.
            faults.ThrowIfAny();
            return composed;
        }
    }

    private RequestDelegate ObservedRest()
        => _segment is { IsInnermost: true, LivesOnOneEndpoint: false } ? _generations.Observation.AroundRest(_rest) : _rest;

    private RequestDelegate Place(Link link, RequestDelegate next)
    {
        if (!link.LivesOnOneEndpoint)
        {
            return link.Around(next);
        }

        var others = Remembered();

        if (Array.Find(others.Placed, known => ReferenceEquals(known.Link, link)).Delegate is { } placed)
        {
            return placed;
        }

        var around = link.Around(next);
        others.Placed = [(link, around), .. others.Placed.Take(KeptGenerations - 1)];
        return around;
    }

    private Others Remembered()
    {
        if (_others is { } others)
        {
            return others;
        }

        var made = new Others();
        return Interlocked.CompareExchange(ref _others, made, null) ?? made;
    }

    // What few endpoints come to need.
    private sealed class Others
    {
        private Composed[] _composed = [];

        public RequestDelegate? ObservedFirst { get; set; }

        public Composed[] Composed
        {
            get => Volatile.Read(ref _composed);
            set => Volatile.Write(ref _composed, value);
        }

        public (Link Link, RequestDelegate Delegate)[] Placed { get; set; } = [];
    }

    private sealed record Composed(int Number, Link[] Links, RequestDelegate Delegate)
    {
        /// <summary>The same with each link measured: made when somebody listens for the first time.</summary>
        public RequestDelegate? Observed { get; set; }
    }
}
