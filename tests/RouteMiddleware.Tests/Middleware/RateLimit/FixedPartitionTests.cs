using FsCheck;
using FsCheck.Fluent;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class FixedPartitionTests
{
    private static readonly Arbitrary<(int Limit, int Window, int Cost, (int Gap, bool IsGivenBack)[] Arrivals)> Histories =
        (from limit in Gen.Choose(1, 12)
         from window in Gen.Choose(1, 60)
         from cost in Gen.Choose(1, limit)
         from arrivals in (from gap in Gen.Choose(0, 9) from back in Gen.Choose(0, 5) select (gap, back == 0)).ArrayOf(150)
         select (limit, window, cost, arrivals)).ToArbitrary();

    [Fact]
    public void R8_Fixed_WithRandomArrivals_AdmitsTheLimitInEachOfItsWindows()
        => Prop.ForAll(Histories, static history =>
        {
            var (limit, window, cost, arrivals) = history;
            var partition = Create(limit, window, cost);
            var (now, start, used) = (0L, 0L, 0);

            foreach (var (gap, isGivenBack) in arrivals)
            {
                now += gap;

                if (used == 0 || now >= start + window)
                {
                    (start, used) = (now, 0);
                }

                var decision = partition.Acquire(now);
                Assert.Equal(used + cost <= limit, decision.IsAdmitted);
                Assert.Equal(start + window, decision.FreeAt);

                if (decision.IsAdmitted && isGivenBack)
                {
                    decision = partition.Release(decision.Stamp, now);
                }
                else if (decision.IsAdmitted)
                {
                    used += cost;
                }

                Assert.Equal(limit - used, decision.Remaining);
                Assert.InRange(used, 0, limit);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R8_Fixed_AroundAnEdge_AdmitsTwiceTheLimitAndNoMore()
    {
        var partition = Create(limit: 3, window: 100, cost: 1);
        partition.Acquire(now: 0);

        var admitted = Enumerable.Range(95, 10).Count(now => partition.Acquire(now).IsAdmitted);

        Assert.Equal(5, admitted);
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(100, 1)]
    public void Release_AcrossTheEdge_FreesNothingOfTheNextWindow(int later, int stillTaken)
    {
        var partition = Create(limit: 2, window: 100, cost: 1);
        var early = partition.Acquire(now: 0);

        if (stillTaken == 1)
        {
            partition.Acquire(now: later);
        }

        partition.Release(early.Stamp, now: later);

        Assert.Equal(stillTaken, partition.Load(now: later).Used);
    }

    // Two requests of three permits' limit fit into no window, so that each waits for one of its own.
    [Theory]
    [InlineData(2, 1, 1, 100)]
    [InlineData(2, 1, 2, 100)]
    [InlineData(2, 1, 3, 200)]
    [InlineData(2, 1, 5, 300)]
    [InlineData(3, 2, 1, 100)]
    [InlineData(3, 2, 2, 200)]
    public void R17_FreeAt_OfRequestsInALine_IsTheirWindow(int limit, int cost, int requests, long expected)
    {
        var partition = Create(limit, window: 100, cost);

        for (var taken = 0; taken + cost <= limit; taken += cost)
        {
            partition.Acquire(now: 0);
        }

        Assert.Equal(expected, partition.FreeAt(requests, now: 50));
    }

    private static FixedPartition Create(int limit, long window, int cost)
        => new(new RateLimitRule(limit, TimeSpan.FromTicks(window), cost, TimeSpan.TicksPerSecond), default);
}
