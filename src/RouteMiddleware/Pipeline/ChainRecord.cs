using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>What one observed request went through so far: a frame for each middleware, inside that of the one that called it.</summary>
internal sealed class ChainRecord
{
    // Bounded: a pipeline that runs itself again and again must not fill the memory.
    private const int MaxFrames = 64;

    private Frame? _current;
    private List<Frame>? _frames;
    private Exception? _error;
    private Refusal? _refusal;

    public static ChainRecord Of(HttpContext context)
    {
        if (context.Features.Get<ChainRecord>() is not { } record)
        {
            context.Features.Set(record = new ChainRecord());
        }

        return record;
    }

    /// <summary>Remembers the frames of middleware that are entered from now on.</summary>
    public void KeepFrames() => _frames ??= [];

    /// <summary>The time of each middleware so far, those that have not returned yet included.</summary>
    public IReadOnlyList<MiddlewareTime> TimesAt(long now)
    {
        List<(Frame Frame, long Ticks)> times = [];

        foreach (var frame in _frames ?? [])
        {
            var index = times.FindIndex(known => ReferenceEquals(known.Frame.Plan, frame.Plan));
            var ticks = frame.OwnTicks + OpenTicksOf(frame, now);

            // Both stages of a middleware are one time.
            if (index < 0)
            {
                times.Add((frame, ticks));
            }
            else if (!frame.IsCountedOutside)
            {
                times[index] = (times[index].Frame, times[index].Ticks + ticks);
            }
        }

        return [.. times.Select(static time => new MiddlewareTime(time.Frame.Plan!.Name, time.Ticks))];
    }

    /// <summary>Begins the time of a middleware, or of what stands behind the last one.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="plan">The middleware; <see langword="null"/> for what stands behind the last one.</param>
    public Frame Enter(long now, LinkPlan? plan = null)
    {
        if (_current is { } parent)
        {
            parent.CalledNext = true;
        }

        var frame = _current = new Frame(_current, plan, now);

        if (plan is not null && _frames is { Count: < MaxFrames })
        {
            _frames.Add(frame);
        }

        return frame;
    }

    public void Leave(Frame frame, long now)
    {
        var total = now - frame.Begin;
        frame.OwnTicks += total - frame.InnerTicks;
        _current = frame.Parent;

        if (_current is { } parent)
        {
            parent.InnerTicks += total;
        }
    }

    /// <summary>Notes an exception on its way out.</summary>
    /// <returns>Whether it comes from here, and not from further inside.</returns>
    public bool IsNew(Exception exception)
    {
        var isNew = !ReferenceEquals(_error, exception);
        _error = exception;
        return isNew;
    }

    /// <summary>Notes that a middleware refuses the request.</summary>
    public void Refuse(Refusal refusal) => _refusal = refusal;

    /// <summary>The refusal that one middleware wrote: told once.</summary>
    public Refusal? TakeRefusalOf(LinkPlan plan)
    {
        if (_refusal is not { Middleware: { } name } refusal || !AliasComparer.Instance.Equals(name, plan.Name))
        {
            return null;
        }

        _refusal = null;
        return refusal;
    }

    // What a middleware took that has not returned yet.
    private long OpenTicksOf(Frame wanted, long now)
    {
        var inner = 0L;

        for (var frame = _current; frame is not null; frame = frame.Parent)
        {
            var elapsed = now - frame.Begin;

            if (ReferenceEquals(frame, wanted))
            {
                return elapsed - frame.InnerTicks - inner;
            }

            inner = elapsed;
        }

        return 0;
    }

    /// <summary>One middleware of one request. Times are ticks of the clock's own frequency.</summary>
    internal sealed class Frame(Frame? parent, LinkPlan? plan, long begin)
    {
        public Frame? Parent => parent;

        public LinkPlan? Plan => plan;

        public long Begin => begin;

        public long InnerTicks { get; set; }

        public long OwnTicks { get; set; }

        /// <summary>Whether the frame of the request stage counts this time as well.</summary>
        public bool IsCountedOutside { get; set; }

        /// <summary>Whether what follows the middleware ran.</summary>
        public bool CalledNext { get; set; }

        public PassOutcome Outcome { get; set; }

        public string? Reason { get; set; }

        /// <summary>The frame of the same middleware's request stage, around this one.</summary>
        public Frame? FindRequestStage()
        {
            for (var outer = parent; outer is not null; outer = outer.Parent)
            {
                if (ReferenceEquals(outer.Plan, plan))
                {
                    return outer;
                }
            }

            return null;
        }
    }
}
