using System.Threading.Channels;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

/// <summary>A manual clock that tells which timers were set.</summary>
internal sealed class WatchedClock : TimeProvider
{
    private readonly ManualClock _clock = new();
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _clock.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer of that time is set, and lets the time pass.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        while (await _timers.Reader.ReadAsync(limit.Token) != time)
        {
        }

        _clock.Advance(time);
    }
}
