using FsCheck;
using FsCheck.Fluent;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class TokenBucketPartitionTests
{
    // Windows that the limit does not divide are the hard case: a permit is then refilled in a fraction of the clock's step.
    private static readonly Arbitrary<(int Limit, int Window, int Cost, (int Gap, bool IsGivenBack)[] Arrivals)> Histories =
        (from limit in Gen.Choose(1, 40)
         from window in Gen.Choose(1, 90)
         from cost in Gen.Choose(1, limit)
         from arrivals in (from gap in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(1, 4)), (1, Gen.Choose(5, 120)))
                           from back in Gen.Choose(0, 5)
                           select (gap, back == 0)).ArrayOf(150)
         select (limit, window, cost, arrivals)).ToArbitrary();

    [Fact]
    public void R8_TokenBucket_WithRandomArrivals_SaysWhatAnExactBucketSays()
        => Prop.ForAll(Histories, static history =>
        {
            var (limit, window, cost, arrivals) = history;
            var partition = Create(limit, window, cost);
            var (now, filledAt) = (0L, 0L);

            // In parts of a permit, of which a step of the clock brings as many as there are permits.
            var (level, full) = ((long)limit * window, (long)limit * window);

            foreach (var (gap, isGivenBack) in arrivals)
            {
                now += gap;
                level = Math.Min(full, level + ((now - filledAt) * limit));
                filledAt = now;

                var isFree = level >= (long)cost * window;
                var decision = partition.Acquire(now);
                Assert.Equal(isFree, decision.IsAdmitted);

                if (!isFree)
                {
                    var missing = ((long)cost * window) - level;
                    Assert.Equal(now + ((missing + limit - 1) / limit), decision.FreeAt);
                }
                else if (isGivenBack)
                {
                    decision = partition.Release(decision.Stamp, now);
                }
                else
                {
                    level -= (long)cost * window;
                    Assert.Equal(now + ((full - level + limit - 1) / limit), decision.FreeAt);
                }

                Assert.Equal(level / window, decision.Remaining);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R8_TokenBucket_WithRandomArrivals_AdmitsBurstPlusRefillInAnyTime()
        => Prop.ForAll(Histories, static history =>
        {
            var (limit, window, cost, arrivals) = history;
            var partition = Create(limit, window, cost);
            List<long> admitted = [];
            var now = 0L;

            foreach (var (gap, _) in arrivals)
            {
                now += gap;

                if (partition.Acquire(now).IsAdmitted)
                {
                    admitted.Add(now);
                }
            }

            for (var first = 0; first < admitted.Count; first++)
            {
                for (var last = first; last < admitted.Count; last++)
                {
                    var permits = (last - first + 1L) * cost;
                    Assert.True(permits * window <= ((long)limit * window) + ((admitted[last] - admitted[first]) * limit), "more than the burst and what was refilled");
                }
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void R8_TokenBucket_OverAMillionRequests_LosesNothingToRounding(int limit)
    {
        var partition = Create(limit, window: 100, cost: 1);
        var admitted = 0L;

        for (var now = 0; now < 1_000_000; now++)
        {
            admitted += partition.Acquire(now).IsAdmitted ? 1 : 0;
        }

        Assert.Equal(limit + (999_999L * limit / 100), admitted);
    }

    [Fact]
    public void TokenBucket_WithTheGreatestLimitAndWindow_CountsRight()
    {
        var partition = new TokenBucketPartition(new RateLimitRule(int.MaxValue, TimeSpan.FromDays(366), cost: 1, 1_000_000_000), default);
        var costly = new TokenBucketPartition(new RateLimitRule(int.MaxValue, TimeSpan.FromDays(366), int.MaxValue, 1_000_000_000), default);

        Assert.Equal(int.MaxValue - 1, partition.Acquire(now: 0).Remaining);
        Assert.Equal(int.MaxValue - 2, partition.Acquire(now: 0).Remaining);
        Assert.Equal(RateLimitRule.Never, costly.FreeAt(int.MaxValue, now: 0));
    }

    [Fact]
    public void Release_OfAPermitThatWasRefilledAlready_FillsNoMoreThanTheBucket()
    {
        var partition = Create(limit: 2, window: 100, cost: 1);
        var early = partition.Acquire(now: 0);

        Assert.Equal(2, partition.Release(early.Stamp, now: 80).Remaining);
        Assert.True(partition.Acquire(now: 80).IsAdmitted);
        Assert.True(partition.Acquire(now: 80).IsAdmitted);
        Assert.False(partition.Acquire(now: 80).IsAdmitted);
    }

    [Theory]
    [InlineData(3, 0, 30)]
    [InlineData(3, 90, 30)]
    [InlineData(0, 0, 0)]
    public void Charge_OfPermits_RefillsThemAtTheRate(int used, long since, long later)
    {
        var partition = Create(limit: 10, window: 100, cost: 1);
        partition.Charge(used, since);

        Assert.Equal(10 - used - 1, partition.Acquire(since).Remaining);
        Assert.Equal(10 - 1, partition.Acquire(since + later + 10).Remaining);
    }

    [Fact]
    public void Clock_ReadEarlierByASlowThread_AdmitsNoMore()
    {
        var partition = Create(limit: 1, window: 100, cost: 1);
        partition.Acquire(now: 50);

        Assert.False(partition.Acquire(now: 40).IsAdmitted);
        Assert.False(partition.Acquire(now: 149).IsAdmitted);
        Assert.True(partition.Acquire(now: 150).IsAdmitted);
    }

    private static TokenBucketPartition Create(int limit, long window, int cost)
        => new(new RateLimitRule(limit, TimeSpan.FromTicks(window), cost, TimeSpan.TicksPerSecond), default);
}
