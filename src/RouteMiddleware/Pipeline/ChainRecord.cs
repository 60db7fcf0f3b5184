using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Pipeline;

/// <summary>What one observed request went through so far: a frame for each middleware, inside that of the one that called it.</summary>
internal sealed class ChainRecord
{
    private Frame? _current;

    public static ChainRecord Of(HttpContext context)
    {
        if (context.Features.Get<ChainRecord>() is not { } record)
        {
            context.Features.Set(record = new ChainRecord());
        }

        return record;
    }

    public Frame Enter(long now) => _current = new Frame(_current, now);

    public void Leave(Frame frame, long now)
    {
        var total = now - frame.Begin;
        frame.OwnTicks = total - frame.InnerTicks;
        _current = frame.Parent;

        if (_current is { } parent)
        {
            parent.InnerTicks += total;
        }
    }

    /// <summary>One middleware of one request. Times are ticks of the clock's own frequency.</summary>
    internal sealed class Frame(Frame? parent, long begin)
    {
        public Frame? Parent => parent;

        public long Begin => begin;

        public long InnerTicks { get; set; }

        public long OwnTicks { get; set; }
    }
}
