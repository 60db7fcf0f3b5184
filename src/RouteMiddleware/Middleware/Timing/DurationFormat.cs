using System.Globalization;

namespace RouteMiddleware.Middleware.Timing;

/// <summary>Seconds, milliseconds or microseconds with a fixed number of decimals.</summary>
internal sealed class DurationFormat
{
    private const int MaxDecimals = 7;

    private readonly string _prefix;
    private readonly string _suffix;
    private readonly string _fraction;
    private readonly long _stepsPerUnit;
    private readonly long _stepsPerSecond;

    private DurationFormat(int decimals, string unit, string prefix, string suffix)
    {
        _prefix = prefix;
        _suffix = suffix;
        _fraction = string.Create(CultureInfo.InvariantCulture, $"D{decimals}");
        _stepsPerUnit = (long)Math.Pow(10, decimals);
        _stepsPerSecond = _stepsPerUnit * unit switch { "ms" => 1_000, "us" => 1_000_000, _ => 1 };
    }

    /// <summary>Six decimals of seconds, without a unit.</summary>
    public static DurationFormat ProcessTime { get; } = new(6, "s", prefix: "", suffix: "");

    /// <summary>One metric of <c>Server-Timing</c>, in milliseconds.</summary>
    public static DurationFormat ServerTiming { get; } = new(1, "ms", prefix: "app;dur=", suffix: "");

    /// <summary>The number of one metric of <c>Server-Timing</c>, in milliseconds with two decimals.</summary>
    public static DurationFormat ServerTimingDetail { get; } = new(2, "ms", prefix: "", suffix: "");

    /// <summary>Reads a format such as <c>0.0000s</c>; <see langword="null"/> where it is none.</summary>
    public static DurationFormat? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var number = text.AsSpan().TrimEnd("smu");
        var unit = text[number.Length..];
        var decimals = number is "0" ? 0 : number.Length - "0.".Length;

        var isNumber = number is "0"
            || (decimals is >= 1 and <= MaxDecimals && number.StartsWith("0.", StringComparison.Ordinal) && !number[2..].ContainsAnyExcept('0'));

        return isNumber && unit is "" or "s" or "ms" or "us" ? new DurationFormat(decimals, unit, prefix: "", suffix: unit) : null;
    }

    /// <summary>Writes a time, rounded to the nearest step.</summary>
    /// <param name="elapsed">The difference of two timestamps of a <see cref="TimeProvider"/>.</param>
    /// <param name="frequency">That provider's timestamps in one second.</param>
    public string Write(long elapsed, long frequency)
    {
        // Whole seconds apart: multiplied with the steps, nanoseconds overflow within a quarter of an hour.
        var (seconds, rest) = Math.DivRem(elapsed, frequency);
        var steps = (seconds * _stepsPerSecond) + (long)Math.Round((double)rest * _stepsPerSecond / frequency);
        var (whole, fraction) = Math.DivRem(steps, _stepsPerUnit);

        Span<char> text = stackalloc char[64];
        _prefix.CopyTo(text);
        var length = _prefix.Length;
        whole.TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;

        if (_stepsPerUnit > 1)
        {
            text[length++] = '.';
            fraction.TryFormat(text[length..], out written, _fraction, CultureInfo.InvariantCulture);
            length += written;
        }

        _suffix.CopyTo(text[length..]);
        return new string(text[..(length + _suffix.Length)]);
    }
}
