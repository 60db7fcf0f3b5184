namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>The time rules of one attachment: how long a session lives, and when its time stamp is worth renewing.</summary>
internal sealed class SessionLifetimes(TimeSpan? cookieMaxAge, TimeSpan? idle, TimeSpan? absolute)
{
    /// <summary>How long a session whose cookie ends with the browser is kept at most, unless a timeout says less.</summary>
    public static readonly TimeSpan BrowserSession = TimeSpan.FromDays(14);

    // Sliding on every request would send a cookie with every answer.
    private readonly long _renewAfter = idle is { } span ? Math.Min((long)span.TotalMilliseconds / 10, 60_000) : long.MaxValue;

    public TimeSpan? Idle => idle;

    public TimeSpan? Absolute => absolute;

    public long ExpiresAt(long createdAt, long renewedAt, TimeSpan? lifetime)
    {
        var expires = Add(renewedAt, LengthOf(lifetime));

        if (idle is { } idleSpan)
        {
            expires = Math.Min(expires, Add(renewedAt, idleSpan));
        }

        return absolute is { } absoluteSpan ? Math.Min(expires, Add(createdAt, absoluteSpan)) : expires;
    }

    /// <summary>Whether sessions are renewed at all, so that nobody asks the clock in vain.</summary>
    public bool Slides => idle is not null;

    public bool IsRenewalDue(SessionRecord record, long now) => now - record.RenewedAt >= _renewAfter;

    /// <summary>What the cookie says of its end; <see langword="null"/> for a cookie that ends with the browser.</summary>
    public TimeSpan? CookieAge(SessionRecord record, long now)
    {
        var age = record.Lifetime is { } own ? (own == TimeSpan.Zero ? null : own) : cookieMaxAge;
        return age is { } span && absolute is { } limit ? Least(span, TimeSpan.FromMilliseconds(Add(record.CreatedAt, limit) - now)) : age;
    }

    public TimeSpan LengthOf(TimeSpan? lifetime)
        => lifetime is { } own && own > TimeSpan.Zero ? own : cookieMaxAge ?? BrowserSession;

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // A lifetime of centuries must not wrap around into the past.
    private static long Add(long moment, TimeSpan span)
    {
        var length = (long)span.TotalMilliseconds;
        return moment > long.MaxValue - length ? long.MaxValue : moment + length;
    }
}
