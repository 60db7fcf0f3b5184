using System.ComponentModel.DataAnnotations;

namespace RouteMiddleware;

/// <summary>
/// Between which times an option of type <see cref="TimeSpan"/> lies, for editors of settings and other readers. The middleware checks its options itself: nothing evaluates
/// this attribute while the application runs.
/// </summary>
/// <param name="minimum">The shortest time, as settings write it: <c>1ms</c>.</param>
/// <param name="maximum">The longest time. Default: none.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string minimum, string? maximum = null) : ValidationAttribute
{
    /// <summary>The shortest time.</summary>
    public string Minimum { get; } = minimum;

    /// <summary>The longest time; <see langword="null"/> for none.</summary>
    public string? Maximum { get; } = maximum;

    /// <summary>Whether <see cref="Minimum"/> itself is too short. Default: <see langword="false"/>.</summary>
    public bool MinimumIsExclusive { get; set; }

    /// <summary>Whether a value lies in the range; what is no time span does.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether it does.</returns>
    public override bool IsValid(object? value)
        => value is not TimeSpan time
            || ((MinimumIsExclusive ? time > ShortDuration.Parse(Minimum) : time >= ShortDuration.Parse(Minimum)) && (Maximum is null || time <= ShortDuration.Parse(Maximum)));
}
