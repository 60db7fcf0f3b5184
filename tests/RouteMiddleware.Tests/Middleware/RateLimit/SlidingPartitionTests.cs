using FsCheck;
using FsCheck.Fluent;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class SlidingPartitionTests
{
    // Gaps in clock steps, zero often: many requests of one moment are the hard case.
    private static readonly Gen<int> Gap = Gen.Frequency((3, Gen.Constant(0)), (4, Gen.Choose(1, 5)), (2, Gen.Choose(6, 60)), (1, Gen.Choose(61, 400)));

    private static readonly Arbitrary<(int Limit, int Window, int Cost, (int Gap, bool IsGivenBack)[] Arrivals)> Histories =
        (from limit in Gen.Choose(1, 12)
         from window in Gen.Choose(1, 120)
         from cost in Gen.Choose(1, limit)
         from arrivals in (from gap in Gap from back in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true))) select (gap, back)).ArrayOf(120)
         select (limit, window, cost, arrivals)).ToArbitrary();

    private static readonly Arbitrary<(int Limit, int Window, int[] Gaps)> Floods =
        (from limit in Gen.Choose(257, 600)
         from window in Gen.Choose(2_000, 100_000)
         from gaps in Gen.Choose(0, window / 200).ArrayOf(1_500)
         select (limit, window, gaps)).ToArbitrary();

    [Fact]
    public void R8_Sliding_WithRandomArrivals_SaysWhatTheLogSays()
        => Prop.ForAll(Histories, static history =>
        {
            var (limit, window, cost, arrivals) = history;
            var partition = Create(limit, window, cost);
            var log = new ReferenceLog(limit, window, cost);
            var now = 0L;

            foreach (var (gap, isGivenBack) in arrivals)
            {
                now += gap;
                var fits = log.Fits(now);
                var decision = partition.Acquire(now);

                Assert.Equal(fits, decision.IsAdmitted);

                if (fits)
                {
                    log.Admit(now);

                    if (isGivenBack)
                    {
                        now++;
                        log.GiveBack(log.Last);
                        decision = partition.Release(decision.Stamp, now);
                    }
                }
                else
                {
                    Assert.Equal(log.FitsAt(now), decision.FreeAt);
                }

                Assert.Equal(limit - log.Used(now), decision.Remaining);
            }

            Assert.InRange(log.Worst(), 0, limit);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void R8_Sliding_WithMoreMomentsThanItKeeps_NeverAdmitsTooMuchAndHardlyTooLittle()
        => Prop.ForAll(Floods, static flood =>
        {
            var (limit, window, gaps) = flood;
            var partition = Create(limit, window, cost: 1);
            var log = new ReferenceLog(limit, window, cost: 1);
            var tolerated = window + (window / 128) + 2;
            var now = 0L;

            foreach (var gap in gaps)
            {
                now += gap;
                var decision = partition.Acquire(now);

                if (decision.IsAdmitted)
                {
                    log.Admit(now);
                }
                else
                {
                    Assert.True(log.UsedWithin(tolerated, now) >= limit, "refused although even a slightly longer window had room");
                }
            }

            Assert.InRange(log.Worst(), 0, limit);
            Assert.InRange(partition.SlotCount, 1, SlidingPartition.MaxSlots);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void R9_Refusal_WithRandomArrivals_TellsTheFirstMomentThatIsAdmitted()
        => Prop.ForAll(Floods, static flood =>
        {
            var (limit, window, gaps) = flood;
            var partition = Create(limit, window, cost: 1);
            var now = 0L;

            foreach (var gap in gaps)
            {
                now += gap;

                if (partition.Acquire(now) is { IsAdmitted: false, FreeAt: var freeAt })
                {
                    Assert.False(partition.Acquire(freeAt - 1).IsAdmitted);
                    Assert.True(partition.Acquire(freeAt).IsAdmitted);
                    now = freeAt;
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void Permit_OfAMoment_IsFreeOneWindowLater(int later, bool isAdmitted)
    {
        var partition = Create(limit: 1, window: 100, cost: 1);
        partition.Acquire(now: 7);

        Assert.Equal(isAdmitted, partition.Acquire(7 + later).IsAdmitted);
    }

    [Fact]
    public void Release_AfterMomentsWerePutTogether_FreesThePermit()
    {
        var partition = Create(limit: 1_000, window: 1_000_000, cost: 1);
        var first = partition.Acquire(now: 3);

        for (var now = 10; now < 3_000; now += 7)
        {
            partition.Acquire(now);
        }

        Assert.Equal(1, partition.SlotCount);
        var before = partition.Load(now: 3_000).Used;
        partition.Release(first.Stamp, now: 3_000);

        Assert.Equal(before - 1, partition.Load(now: 3_000).Used);
    }

    [Fact]
    public void Release_OfAPermitThatIsFreeAlready_FreesNoOther()
    {
        var partition = Create(limit: 2, window: 100, cost: 1);
        var early = partition.Acquire(now: 0);
        partition.Acquire(now: 100);

        Assert.Equal(1, partition.Release(early.Stamp, now: 150).Remaining);
    }

    // One cell is 100 steps here: another request stands exactly where the first one's moment would have been rounded to.
    [Theory]
    [InlineData(12_799, 599)]
    [InlineData(12_800, 599)]
    [InlineData(12_848, 599)]
    public void Release_AfterTheWindow_FreesNoPermitOfTheRoundedMoment(int later, int remaining)
    {
        var partition = Create(limit: 600, window: 12_800, cost: 1);
        var early = partition.Acquire(now: 101);
        partition.Acquire(now: 200);

        Assert.Equal(remaining, partition.Release(early.Stamp, 101 + later).Remaining);
    }

    [Fact]
    public void Memory_WithManyRequestsOfOneMoment_IsThatOfOne()
    {
        var partition = Create(limit: 1_000, window: 1_000_000, cost: 1);

        for (var i = 0; i < 100; i++)
        {
            partition.Acquire(now: 5);
        }

        Assert.Equal(1, partition.SlotCount);
    }

    [Fact]
    public void Memory_WithPermitsGivenBackAllTheTime_DoesNotGrow()
    {
        var partition = Create(limit: 1_000, window: 1_000_000, cost: 1);
        partition.Acquire(now: 0);

        for (var now = 1; now < 10_000; now++)
        {
            partition.Release(partition.Acquire(now).Stamp, now);
        }

        Assert.Equal(1, partition.SlotCount);
    }

    [Fact]
    public void Clock_ReadEarlierByASlowThread_AdmitsNoMore()
    {
        var partition = Create(limit: 2, window: 100, cost: 1);
        partition.Acquire(now: 50);
        partition.Acquire(now: 40);

        Assert.False(partition.Acquire(now: 149).IsAdmitted);
    }

    private static SlidingPartition Create(int limit, long window, int cost)
        => new(new RateLimitRule(limit, TimeSpan.FromTicks(window), cost, TimeSpan.TicksPerSecond), default);
}
