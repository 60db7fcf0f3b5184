using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What one limit's decisions leave behind: refusals, log records, a count.</summary>
internal sealed partial class RateLimitOutcomes(ILogger<RateLimitMiddleware> logger, RateLimitMetrics metrics, TimeProvider clock)
{
    public const string Overflow = "overflow";

    private long _overflowLoggedAt = long.MinValue;

    /// <summary>The answer to a caller who used up the limit.</summary>
    public Refusal Refusal { get; } = new(
        StatusCodes.Status429TooManyRequests,
        "rate_limit_exceeded",
        "Too many requests",
        "More requests came than the limit allows; try again after the time that Retry-After tells.")
    {
        Middleware = "rate_limit",
    };

    public bool IsCounting => metrics.IsEnabled;

    /// <summary>Refuses a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="seconds">After how many it may come again.</param>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="refusal">The answer, where it is none of the limit's own.</param>
    public Task RefuseAsync(HttpContext context, long seconds, string reason, Refusal? refusal = null)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.Refused(logger, RateLimitMetrics.RouteOf(context), reason, seconds);
        }

        UnreadBody.Leave(context);
        return (refusal ?? Refusal).WriteAsync(context, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Counts a decision.</summary>
    public void Count(HttpContext context, bool isAdmitted, string reason)
    {
        if (metrics.IsEnabled)
        {
            metrics.Count(context, isAdmitted, reason);
        }
    }

    /// <summary>Tells that a table is full.</summary>
    public void NoteOverflow(long now, int count)
    {
        var last = Volatile.Read(ref _overflowLoggedAt);

        // Whoever sends addresses by the million must not fill the log as well.
        if ((last == long.MinValue || clock.GetElapsedTime(last, now) >= TimeSpan.FromMinutes(1))
            && Interlocked.CompareExchange(ref _overflowLoggedAt, now, last) == last)
        {
            Log.Overflow(logger, count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request to '{Route}' was refused ({Reason}); permits are free in {Seconds} s.", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string route, string reason, long seconds);

        [LoggerMessage(2, LogLevel.Warning, "The partition table of a rate limit overflows (reason: overflow): {Count} callers are counted apart, further ones share one limit. Raise MaxPartitions if they are real.", EventName = "Overflow")]
        public static partial void Overflow(ILogger logger, int count);
    }
}
