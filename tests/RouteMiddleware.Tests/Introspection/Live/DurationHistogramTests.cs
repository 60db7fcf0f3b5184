using RouteMiddleware.Introspection.Live;

namespace RouteMiddleware.Tests.Introspection.Live;

public sealed class DurationHistogramTests
{
    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(950)]
    [InlineData(12_345)]
    [InlineData(8_000_000)]
    public void Time_OfAnyLength_IsReadWithinAFifth(double microseconds)
    {
        var histogram = new DurationHistogram();

        histogram.Record(TimeSpan.FromMicroseconds(microseconds), TimeSpan.Zero);

        Assert.InRange(histogram.Read(0.5)![0], microseconds * 0.8, microseconds * 1.25);
    }

    [Fact]
    public void Parts_OfManyTimes_AreReadByTheirRank()
    {
        var histogram = new DurationHistogram();

        for (var i = 1; i <= 1000; i++)
        {
            histogram.Record(TimeSpan.FromMicroseconds(i), TimeSpan.Zero);
        }

        var read = histogram.Read(0.5, 0.99)!;
        Assert.InRange(read[0], 475, 525);
        Assert.InRange(read[1], 940, 1040);
    }

    [Fact]
    public void Time_LongerThanAny_CountsAsTheLongest()
    {
        var histogram = new DurationHistogram();

        histogram.Record(TimeSpan.MaxValue, TimeSpan.Zero);
        histogram.Record(TimeSpan.FromDays(1), TimeSpan.Zero);

        Assert.InRange(histogram.Read(0.5)![0], 60_000_000, 90_000_000);
    }

    [Fact]
    public void Read_WithoutATime_IsNothing() => Assert.Null(new DurationHistogram().Read(0.5));

    [Theory]
    [InlineData(29, 1)]
    [InlineData(30, 1)]
    [InlineData(59, 1)]
    [InlineData(60, 100)]
    public void Times_OfMoreThanAMinuteAgo_GiveWayToNewOnes(int seconds, double median)
    {
        var histogram = new DurationHistogram();

        for (var i = 0; i < 10; i++)
        {
            histogram.Record(TimeSpan.FromMicroseconds(1), TimeSpan.Zero);
        }

        histogram.Record(TimeSpan.FromMicroseconds(100), TimeSpan.FromSeconds(seconds));

        Assert.InRange(histogram.Read(0.5)![0], median * 0.8, median * 1.25);
    }

    [Fact]
    public void Times_OfLongAgo_StayWhileNoNewOnesCome()
    {
        var histogram = new DurationHistogram();

        histogram.Record(TimeSpan.FromMicroseconds(50), TimeSpan.Zero);

        Assert.NotNull(histogram.Read(0.5));
    }

    [Fact]
    public void Time_ThatComesLate_TakesNothingAway()
    {
        var histogram = new DurationHistogram();

        for (var i = 0; i < 10; i++)
        {
            histogram.Record(TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(29));
            histogram.Record(TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(30));
        }

        histogram.Record(TimeSpan.FromMicroseconds(100), TimeSpan.FromSeconds(29.9));
        histogram.Record(TimeSpan.FromMicroseconds(100), TimeSpan.FromSeconds(30));

        Assert.InRange(histogram.Read(0.5)![0], 0.8, 1.25);
    }
}
