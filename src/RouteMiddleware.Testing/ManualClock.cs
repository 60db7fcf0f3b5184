namespace RouteMiddleware.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Wall clock, timestamps, timers and delays (<c>Task.Delay(time, clock)</c>) follow it. Timers fire on the thread that moves the
/// clock, each at its own moment and in their order, before <see cref="Advance"/> returns.
/// </summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly TimeZoneInfo _zone;
    private DateTimeOffset _now;
    private long _timestamp;
    private long _made;

    /// <summary>Makes a clock that shows noon of the first of January 2030, UTC.</summary>
    public ManualClock()
        : this(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Makes a clock.</summary>
    /// <param name="now">The moment that it shows.</param>
    /// <param name="zone">The local time zone. Default: UTC.</param>
    public ManualClock(DateTimeOffset now, TimeZoneInfo? zone = null)
    {
        _now = now.ToUniversalTime();
        _zone = zone ?? TimeZoneInfo.Utc;
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _zone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _timestamp;
        }
    }

    /// <summary>Moves wall clock and timestamps on, and fires the timers that fall due on the way; a periodic one as often as it falls due.</summary>
    /// <param name="by">How far; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative: time does not run back. See <see cref="SetWallClock"/>.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end;

        lock (_lock)
        {
            end = _timestamp + by.Ticks;
        }

        while (TakeDue(end) is { } due)
        {
            // Outside the lock: the callback may ask this clock, and make timers.
            due.Run();
        }
    }

    /// <summary>Sets the wall clock alone, forward or back, as an administrator or NTP does: timestamps and timers don't move.</summary>
    /// <param name="now">The moment that it shows.</param>
    public void SetWallClock(DateTimeOffset now)
    {
        lock (_lock)
        {
            _now = now.ToUniversalTime();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    // Moves on to the next timer that is due, or to the end.
    private ManualTimer? TakeDue(long end)
    {
        lock (_lock)
        {
            var due = _timers.Where(timer => timer.DueAt <= end).MinBy(static timer => (timer.DueAt, timer.Number));
            var at = Math.Max(_timestamp, due?.DueAt ?? end);
            _now += TimeSpan.FromTicks(at - _timestamp);
            _timestamp = at;

            if (due is null)
            {
                return null;
            }

            if (due.Period > TimeSpan.Zero)
            {
                (due.DueAt, due.Number) = (at + due.Period.Ticks, _made++);
            }
            else
            {
                _timers.Remove(due);
            }

            return due;
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _isDisposed;

        public long DueAt { get; set; }

        public long Number { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
            ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);

            lock (clock._lock)
            {
                clock._timers.Remove(this);

                if (_isDisposed)
                {
                    return false;
                }

                if (dueTime >= TimeSpan.Zero)
                {
                    (DueAt, Period, Number) = (clock._timestamp + dueTime.Ticks, period, clock._made++);
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Run()
        {
            if (_context is null)
            {
                callback(state);
                return;
            }

            ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Call(), this);
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _isDisposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Call() => callback(state);
    }
}
