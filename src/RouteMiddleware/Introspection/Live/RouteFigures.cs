using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection.Live;

/// <summary>What was counted on one route, and of each middleware there. The places for figures are made when the first request comes.</summary>
internal sealed class RouteFigures(IReadOnlyList<LinkPlan> links)
{
    private readonly DurationHistogram _times = new();
    private LinkFigures?[]? _links;
    private long _requests;
    private long _refused;
    private long _errors;

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Requests that a middleware refused.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Answers of 500 and above, and requests that threw.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>When the last one was counted.</summary>
    public TimeSpan LastAt { get; private set; }

    /// <summary>The figures of each middleware in the order of the chain; <see langword="null"/> where no request came.</summary>
    public IReadOnlyList<LinkFigures?> Links => Volatile.Read(ref _links) ?? [];

    public double[]? Times(params ReadOnlySpan<double> parts) => _times.Read(parts);

    public void Count(TimeSpan time, TimeSpan at, bool isError)
    {
        Interlocked.Increment(ref _requests);
        _times.Record(time, at);

        if (isError)
        {
            Interlocked.Increment(ref _errors);
        }

        LastAt = at;
    }

    /// <summary>Counts a pass through a middleware that stands on this route; one that does not is left out.</summary>
    public void Count(LinkPlan plan, TimeSpan time, TimeSpan at, PassOutcome outcome, string? reason)
    {
        for (var i = 0; i < links.Count; i++)
        {
            if (ReferenceEquals(links[i], plan))
            {
                var all = Volatile.Read(ref _links) ?? Interlocked.CompareExchange(ref _links, new LinkFigures?[links.Count], null) ?? _links;
                (Volatile.Read(ref all[i]) ?? Interlocked.CompareExchange(ref all[i], new LinkFigures(), null) ?? all[i]!).Count(time, at, outcome, reason);

                if (outcome is PassOutcome.Refused)
                {
                    Interlocked.Increment(ref _refused);
                    LastAt = at;
                }

                return;
            }
        }
    }
}
