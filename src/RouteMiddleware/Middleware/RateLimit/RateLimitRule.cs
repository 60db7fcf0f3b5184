namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The limit in the clock's own units. Monotonic timestamps, so that setting the wall clock frees and blocks nobody.</summary>
internal sealed class RateLimitRule
{
    /// <summary>A moment that does not come, far enough from the end of all numbers to be reckoned with.</summary>
    public const long Never = long.MaxValue / 2;

    private readonly bool _isSmall;

    public RateLimitRule(int permitLimit, TimeSpan window, int cost, long timestampFrequency)
    {
        Second = timestampFrequency;
        PermitLimit = permitLimit;
        Cost = cost;
        RequestsPerWindow = permitLimit / cost;

        // Rounded up: a window that is shorter than asked for would admit too much.
        Window = (long)((((Int128)window.Ticks * timestampFrequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);

        var time = (Int128)Window * cost;
        CostSteps = (long)(time / permitLimit);
        CostParts = (long)(time % permitLimit);
        _isSmall = (Int128)(Window + 1) * permitLimit <= long.MaxValue;
    }

    public int PermitLimit { get; }

    public int Cost { get; }

    public int RequestsPerWindow { get; }

    /// <summary>The window in timestamp units.</summary>
    public long Window { get; }

    /// <summary>A second in timestamp units.</summary>
    public long Second { get; }

    /// <summary>In how much time the permits of one request are refilled: whole timestamp units, and as many parts of one as there are permits.</summary>
    public long CostSteps { get; }

    public long CostParts { get; }

    /// <summary>Whole seconds from one timestamp to a later one, rounded up: who comes back a fraction early is turned away twice.</summary>
    public long SecondsUntil(long timestamp, long now) => timestamp <= now ? 0 : (timestamp - now + Second - 1) / Second;

    /// <summary>A time in timestamp units, rounded down.</summary>
    public long StepsOf(TimeSpan time) => (long)((Int128)time.Ticks * Second / TimeSpan.TicksPerSecond);

    /// <summary>So many windows after a moment.</summary>
    public long After(long moment, int windows) => windows == 1 ? moment + Window : (long)Int128.Min(moment + ((Int128)Window * windows), Never);

    /// <summary>How many whole permits are refilled in a time, less parts of a timestamp unit.</summary>
    public int PermitsIn(long time, long lessParts)
        => _isSmall
            ? (int)Math.Max(0, ((time * PermitLimit) - lessParts) / Window)
            : (int)Int128.Max(0, (((Int128)time * PermitLimit) - lessParts) / Window);
}
