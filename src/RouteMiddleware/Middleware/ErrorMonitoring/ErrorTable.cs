namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Counts errors by status and route. Only errors come here, so that one lock will do.</summary>
internal sealed class ErrorTable(int threshold, TimeSpan window, TimeSpan cooldown, int maxEntries, string application, TimeProvider clock)
{
    private const string OtherRoutes = "(other)";

    private readonly Lock _lock = new();
    private readonly Dictionary<(int Status, string Route), ErrorEntry> _entries = [];
    private readonly long _window = ToTimestamps(window, clock);
    private readonly long _cooldown = ToTimestamps(cooldown, clock);
    private readonly ErrorEntry _others = new(threshold);
    private long _nextSweep;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Counts an error.</summary>
    /// <returns>The alert that it raises, if any.</returns>
    public Alert? Add(int status, string route, string? exceptionType)
    {
        var now = clock.GetTimestamp();
        var at = clock.GetUtcNow();
        (DateTimeOffset FirstAt, long Suppressed)? raised;

        lock (_lock)
        {
            if (!_entries.TryGetValue((status, route), out var entry))
            {
                Sweep(now);

                if (_entries.Count < maxEntries)
                {
                    _entries[(status, route)] = entry = new(threshold);
                }
                else
                {
                    route = OtherRoutes;
                    entry = _others;
                }
            }

            raised = entry.Count(now, at, _window, _cooldown);
        }

        return raised is not { } alert ? null : new Alert
        {
            Status = status,
            Route = route,
            Count = threshold,
            Window = window,
            FirstAt = alert.FirstAt,
            LastAt = at,
            Suppressed = alert.Suppressed,
            ExceptionType = exceptionType,
            Application = application,
        };
    }

    // Looking at all of them for each new one would make a full table slow: at most ten times in a window.
    private void Sweep(long now)
    {
        if (_entries.Count < maxEntries || now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + (_window / 10);

        foreach (var (key, entry) in _entries)
        {
            if (now >= entry.ForgottenAt)
            {
                _entries.Remove(key);
            }
        }
    }

    private static long ToTimestamps(TimeSpan time, TimeProvider clock) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
