namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>The errors of one status on one route: the moments of the last ones, at most as many as raise an alert.</summary>
internal sealed class ErrorEntry(int threshold)
{
    private readonly Queue<(long Timestamp, DateTimeOffset At)> _errors = new();
    private long _suppressed;
    private long? _silentUntil;

    /// <summary>The timestamp from which on nothing of this entry matters any more.</summary>
    public long ForgottenAt { get; private set; }

    /// <summary>Counts an error.</summary>
    /// <returns>What an alert tells, where this error raises one: the first error, and how many were suppressed.</returns>
    public (DateTimeOffset FirstAt, long Suppressed)? Count(long now, DateTimeOffset at, long window, long cooldown)
    {
        ForgottenAt = Math.Max(ForgottenAt, now + window);

        if (now < _silentUntil)
        {
            _suppressed++;
            return null;
        }

        while (_errors.TryPeek(out var oldest) && now - oldest.Timestamp >= window)
        {
            _errors.Dequeue();
        }

        _errors.Enqueue((now, at));

        if (_errors.Count < threshold)
        {
            return null;
        }

        var alert = (_errors.Peek().At, _suppressed);
        _errors.Clear();
        _suppressed = 0;
        _silentUntil = now + cooldown;
        ForgottenAt = Math.Max(ForgottenAt, now + cooldown);
        return alert;
    }
}
