using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Header values that recur, whichever limit they tell of. Bounded: what is rare is written anew.</summary>
internal sealed class RateLimitTexts
{
    private const int Numbers = 1024;

    // 64 by 64: numbers that follow each other don't take each other's places.
    private const int Side = 64;

    private readonly string?[] _numbers = new string?[Numbers];
    private readonly Pair?[] _pairs = new Pair?[Side * Side];

    public StringValues Number(long value)
        => (ulong)value < Numbers
            ? _numbers[value] ??= value.ToString(CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The draft's <c>RateLimit</c>; without a time where that is negative.</summary>
    public StringValues Status(int remaining, long seconds)
    {
        if (remaining >= Numbers)
        {
            return Format(remaining, seconds);
        }

        ref var place = ref _pairs[((remaining % Side) * Side) + (int)((ulong)seconds % Side)];

        // Read once: other threads put their pairs into the same place.
        if (place is not { } pair || pair.Remaining != remaining || pair.Seconds != seconds)
        {
            place = pair = new(remaining, seconds, Format(remaining, seconds));
        }

        return pair.Text;
    }

    private static string Format(int remaining, long seconds)
        => seconds < 0
            ? string.Create(CultureInfo.InvariantCulture, $"\"default\";r={remaining}")
            : string.Create(CultureInfo.InvariantCulture, $"\"default\";r={remaining};t={seconds}");

    private sealed record Pair(int Remaining, long Seconds, string Text);
}
