namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The limit in the clock's own units. Monotonic timestamps, so that setting the wall clock frees and blocks nobody.</summary>
internal sealed class RateLimitRule
{
    private readonly long _frequency;

    public RateLimitRule(int permitLimit, TimeSpan window, int cost, long timestampFrequency)
    {
        _frequency = timestampFrequency;
        PermitLimit = permitLimit;
        Cost = cost;

        // Rounded up: a window that is shorter than asked for would admit too much.
        Window = (long)((((Int128)window.Ticks * timestampFrequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
    }

    public int PermitLimit { get; }

    public int Cost { get; }

    /// <summary>The window in timestamp units.</summary>
    public long Window { get; }

    /// <summary>Whole seconds from one timestamp to a later one, rounded up: who comes back a fraction early is turned away twice.</summary>
    public long SecondsUntil(long timestamp, long now) => timestamp <= now ? 0 : (timestamp - now + _frequency - 1) / _frequency;
}
