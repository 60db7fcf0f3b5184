namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Calls a table to forget the silent when no requests come that would do it, and rests while the table is empty.</summary>
internal sealed class IdleSweep(TimeProvider clock, TimeSpan window, Func<bool> sweep) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isDisposed;
    private int _isDue;

    /// <summary>Sees to it that a sweep comes.</summary>
    public void Schedule()
    {
        if (Volatile.Read(ref _isDue) != 0 || Interlocked.Exchange(ref _isDue, 1) != 0)
        {
            return;
        }

        lock (_lock)
        {
            if (!_isDisposed)
            {
                _timer ??= CreateTimer();
                _timer.Change(window < Shortest ? Shortest : window > Longest ? Longest : window, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private ITimer CreateTimer()
    {
        // The request that happens to be the first must not be remembered by the timer.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            return clock.CreateTimer(static state => ((IdleSweep)state!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Run()
    {
        // Before the sweep: who comes while it runs schedules the next one.
        Volatile.Write(ref _isDue, 0);

        if (sweep())
        {
            Schedule();
        }
    }
}
