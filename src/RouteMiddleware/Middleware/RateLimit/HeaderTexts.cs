using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The header values of one limit. What is the same for all requests is written once, what recurs is remembered; both bounded.</summary>
internal sealed class HeaderTexts(RateLimitRule rule, TimeSpan window)
{
    // Powers of two.
    private const int Numbers = 1024;
    private const int Pairs = 1024;

    // Made by the first request: a limit that nobody meets costs nothing.
    private readonly Lazy<string?[]> _numbers = new(static () => new string?[Numbers]);
    private readonly Lazy<Pair?[]> _pairs = new(static () => new Pair?[Pairs]);

    public StringValues Limit { get; } = rule.PermitLimit.ToString(CultureInfo.InvariantCulture);

    /// <summary>The draft knows whole seconds only, at least one: a shorter window is told as a longer one, which promises less.</summary>
    public StringValues Policy { get; } = string.Create(CultureInfo.InvariantCulture, $"\"default\";q={rule.PermitLimit};w={(long)Math.Ceiling(window.TotalSeconds)}");

    public StringValues Number(long value)
    {
        if ((ulong)value >= Numbers)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        var numbers = _numbers.Value;
        return numbers[value] ??= value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The draft's <c>RateLimit</c>.</summary>
    public StringValues Status(int remaining, long seconds)
    {
        if (remaining >= Numbers)
        {
            return Format(remaining, seconds);
        }

        ref var place = ref _pairs.Value[(int)((remaining * 61) + seconds) & (Pairs - 1)];

        // Read once: other threads put their pairs into the same place.
        if (place is not { } pair || pair.Remaining != remaining || pair.Seconds != seconds)
        {
            place = pair = new(remaining, seconds, Format(remaining, seconds));
        }

        return pair.Text;
    }

    private static string Format(int remaining, long seconds) => string.Create(CultureInfo.InvariantCulture, $"\"default\";r={remaining};t={seconds}");

    private sealed record Pair(int Remaining, long Seconds, string Text);
}
