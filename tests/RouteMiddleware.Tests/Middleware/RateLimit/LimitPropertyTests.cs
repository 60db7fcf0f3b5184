using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>The whole middleware under random arrivals; a failure tells the seed and the shortest history that shows it.</summary>
public sealed class LimitPropertyTests
{
    private static readonly Arbitrary<(RateLimitAlgorithm Algorithm, int Limit, int Window, int Cost, int[] Gaps)> Histories =
        (from algorithm in Gen.Elements(RateLimitAlgorithm.Sliding, RateLimitAlgorithm.Fixed, RateLimitAlgorithm.TokenBucket)
         from limit in Gen.Choose(1, 9)
         from window in Gen.Choose(1_000, 90_000)
         from cost in Gen.Choose(1, limit)
         from gaps in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(1, 900)), (1, Gen.Choose(1_000, 40_000))).ArrayOf(60)
         select (algorithm, limit, window, cost, gaps)).ToArbitrary();

    private static readonly Arbitrary<(int Limit, int Cost, int[] Steps)> Overlaps =
        (from limit in Gen.Choose(1, 9)
         from cost in Gen.Choose(1, limit)
         from steps in Gen.Choose(-3, 3).ArrayOf(120)
         select (limit, cost, steps)).ToArbitrary();

    [Fact]
    public void R9_RetryAfter_WithRandomArrivals_IsTrueToTheSecond()
        => Prop.ForAll(Histories, static history =>
        {
            var clock = new ManualClock();
            using var limit = Create(clock, history.Algorithm, history.Limit, history.Window, history.Cost);

            foreach (var gap in history.Gaps)
            {
                clock.Advance(TimeSpan.FromMilliseconds(gap));

                if (Pass(limit) is not { Response.StatusCode: 429 } refused)
                {
                    continue;
                }

                var seconds = int.Parse(refused.Response.Headers.RetryAfter.ToString(), CultureInfo.InvariantCulture);
                Assert.True(seconds >= 1);
                clock.Advance(TimeSpan.FromSeconds(seconds - 1));
                Assert.Equal(429, Pass(limit).Response.StatusCode);
                clock.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(200, Pass(limit).Response.StatusCode);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R4_Limits_WithRandomArrivals_AdmitNoMoreThanTheyPromise()
        => Prop.ForAll(Histories, static history =>
        {
            var (clock, window) = (new ManualClock(), TimeSpan.FromMilliseconds(history.Window).Ticks);
            using var limit = Create(clock, history.Algorithm, history.Limit, history.Window, history.Cost);
            List<long> admitted = [];

            foreach (var gap in history.Gaps)
            {
                clock.Advance(TimeSpan.FromMilliseconds(gap));

                if (Pass(limit).Response.StatusCode == 200)
                {
                    admitted.Add(clock.GetTimestamp());
                }
            }

            foreach (var first in admitted)
            {
                var permits = history.Cost * admitted.Count(time => time >= first && time < first + window);
                Assert.InRange(permits, 0, history.Algorithm == RateLimitAlgorithm.Sliding ? history.Limit : 2 * history.Limit);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R4_Concurrency_WithRandomOverlaps_HoldsAtAnyMoment()
        => Prop.ForAll(Overlaps, static history =>
        {
            var clock = new ManualClock();
            using var limit = Create(clock, RateLimitAlgorithm.Concurrency, history.Limit, 1_000, history.Cost);
            var running = new Queue<(TaskCompletionSource Gate, Task Passes)>();

            foreach (var step in history.Steps)
            {
                clock.Advance(TimeSpan.FromMilliseconds(step * step * 100));

                if (step < 0 && running.TryDequeue(out var ended))
                {
                    ended.Gate.SetResult();
                    SpinWait.SpinUntil(() => ended.Passes.IsCompletedSuccessfully);
                    continue;
                }

                var (context, rest) = (Limits.From("192.0.2.7"), new TaskCompletionSource());
                var passes = limit.InvokeAsync(context, _ => rest.Task);
                Assert.Equal((running.Count + 1) * history.Cost <= history.Limit, context.Response.StatusCode == 200);

                if (context.Response.StatusCode == 200)
                {
                    Assert.False(passes.IsCompleted);
                    running.Enqueue((rest, passes));
                }
            }
        }).QuickCheckThrowOnFailure();

    private static DefaultHttpContext Pass(RateLimitMiddleware limit)
    {
        var context = Limits.From("192.0.2.7");
        Assert.True(limit.InvokeAsync(context, static _ => Task.CompletedTask).IsCompletedSuccessfully);
        return context;
    }

    private static RateLimitMiddleware Create(ManualClock clock, RateLimitAlgorithm algorithm, int limit, int window, int cost)
        => Limits.Create(clock, o => (o.Algorithm, o.PermitLimit, o.Window, o.Cost) = (algorithm, limit, TimeSpan.FromMilliseconds(window), cost));
}
