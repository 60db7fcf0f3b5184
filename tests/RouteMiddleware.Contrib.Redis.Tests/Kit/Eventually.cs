using System.Diagnostics;

namespace RouteMiddleware.Tests.Kit;

/// <summary>Waits for something that another process or thread brings about: until it holds, not for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition holds, and fails the test when it does not within the limit.</summary>
    /// <param name="condition">What must come to hold.</param>
    /// <param name="limit">The longest wait. Default: one minute.</param>
    /// <returns>How long it took.</returns>
    public static Task<TimeSpan> HoldsAsync(Func<bool> condition, TimeSpan? limit = null) => HoldsAsync(() => Task.FromResult(condition()), limit);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, TimeSpan?)"/>
    public static async Task<TimeSpan> HoldsAsync(Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var started = Stopwatch.GetTimestamp();
        using var pause = new PeriodicTimer(Pause);

        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < (limit ?? TimeSpan.FromMinutes(1)), "The condition did not come to hold in time.");
            await pause.WaitForNextTickAsync();
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
