using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RouteMiddleware;

/// <summary>Time spans as arguments and settings write them: <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>1d</c>, or <c>hh:mm:ss</c>.</summary>
public static class ShortDuration
{
    /// <summary>A regular expression for what can be read, for schemas and documents.</summary>
    public const string Pattern = @"(\d+([mM][sS]|[sSmMhHdD])|(\d+\.)?([01]?\d|2[0-3]):[0-5]?\d(:[0-5]?\d(\.\d{1,7})?)?)";

    private static readonly (string Suffix, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>Reads a time span.</summary>
    /// <param name="text">A whole number with its unit, or <c>hh:mm:ss</c>.</param>
    /// <returns>The time span; never negative.</returns>
    /// <exception cref="FormatException">The text is no time span.</exception>
    public static TimeSpan Parse(string text)
        => TryParse(text, out var value)
            ? value
            : throw new FormatException($"'{text}' is no time span: write a whole number with its unit (30s, 5m, 1h, 1d) or hh:mm:ss.");

    /// <summary>Reads a time span.</summary>
    /// <param name="text">A whole number with its unit, or <c>hh:mm:ss</c>.</param>
    /// <param name="value">The time span; never negative.</param>
    /// <returns>Whether the text could be read.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan value)
    {
        value = default;

        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        text = text.Trim();

        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= TimeSpan.Zero;
        }

        foreach (var (suffix, ticks) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count <= long.MaxValue / ticks)
            {
                value = TimeSpan.FromTicks(count * ticks);
                return true;
            }
        }

        return false;
    }
}
