using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Performance;

/// <summary>Which requests are slow, and whether memory is told too.</summary>
public sealed class PerformanceOptions
{
    private static readonly TimeSpan LongestThreshold = TimeSpan.FromDays(1);

    /// <summary>From which time on a request is slow and logged as a warning. Default: one second; above zero, at most one day.</summary>
    [DurationRange("0s", "1d", MinimumIsExclusive = true)]
    public TimeSpan SlowRequestThreshold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether <c>X-Memory-Delta</c> is sent: by how many bytes the managed heap of the whole process grew meanwhile. Default: <see langword="false"/>.</summary>
    public bool TrackMemory { get; set; }

    internal void ThrowIfInvalid()
    {
        if (SlowRequestThreshold <= TimeSpan.Zero || SlowRequestThreshold > LongestThreshold)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(PerformanceOptions),
                [$"{nameof(SlowRequestThreshold)} ({SlowRequestThreshold}) must be above zero and at most {LongestThreshold.Days} day."]);
        }
    }
}
