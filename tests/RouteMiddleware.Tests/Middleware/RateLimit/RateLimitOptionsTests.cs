using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitOptionsTests
{
    [Theory]
    [InlineData("100/1m", 100, 60_000)]
    [InlineData("100/30s", 100, 30_000)]
    [InlineData("10/s", 10, 1_000)]
    [InlineData("10/ms", 10, 1)]
    [InlineData("5/H", 5, 3_600_000)]
    [InlineData(" 7 / 1d ", 7, 86_400_000)]
    [InlineData("3/00:00:10", 3, 10_000)]
    public void Argument_OfPermitsAndTime_SetsBoth(string argument, int permits, long milliseconds)
    {
        var options = new RateLimitOptions { Cost = 2, PartitionBy = "user", MaxPartitions = 5, Count = RateLimitCount.Failures };

        ((IAcceptArgument)options).ApplyArgument(argument);

        Assert.Equal((permits, TimeSpan.FromMilliseconds(milliseconds)), (options.PermitLimit, options.Window));
        Assert.Equal((2, "user", 5, RateLimitCount.Failures), (options.Cost, options.PartitionBy, options.MaxPartitions, options.Count));
    }

    [Theory]
    [InlineData("100")]
    [InlineData("/1m")]
    [InlineData("100/")]
    [InlineData("100/1")]
    [InlineData("-1/1m")]
    [InlineData("1.5/1m")]
    [InlineData("1e3/1m")]
    [InlineData("100/1m/1m")]
    [InlineData("100/fortnight")]
    [InlineData("99999999999/1m")]
    [InlineData("100 per minute")]
    public void Argument_ThatCantBeRead_IsRefusedWithASentence(string argument)
    {
        var error = Assert.Throws<FormatException>(() => ((IAcceptArgument)new RateLimitOptions()).ApplyArgument(argument));

        Assert.StartsWith($"'{argument}' is no limit: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new RateLimitOptions();
        options.Check(stores: null, out _);

        Assert.Equal((100, TimeSpan.FromMinutes(1), RateLimitAlgorithm.Sliding, "ip"), (options.PermitLimit, options.Window, options.Algorithm, options.PartitionBy));
        Assert.Equal((100_000, 1, RateLimitCount.All, RateLimitHeaders.Both), (options.MaxPartitions, options.Cost, options.Count, options.Headers));
        Assert.Equal((0, "memory", RateLimitStoreFailure.Local, TimeSpan.FromMilliseconds(50)), (options.QueueLimit, options.Store, options.OnStoreFailure, options.StoreTimeout));
    }

    [Theory]
    [InlineData("ip")]
    [InlineData("USER")]
    [InlineData("route")]
    [InlineData("global")]
    [InlineData("header:X-Api-Key")]
    [InlineData("user+route")]
    [InlineData("Tenant")]
    [InlineData("tenant+user+route")]
    [InlineData(" ip + Header:A + header:B + route ")]
    public void PartitionBy_OfKnownParts_IsTaken(string partitionBy) => new RateLimitOptions { PartitionBy = partitionBy }.Check(stores: null, out _);

    [Theory]
    [InlineData("")]
    [InlineData("ip+")]
    [InlineData("address")]
    [InlineData("tenants")]
    [InlineData("tenant+tenant")]
    [InlineData("header")]
    [InlineData("header:")]
    [InlineData("header:a b")]
    [InlineData("header:a:b")]
    [InlineData("ip+IP")]
    [InlineData("ip+global")]
    [InlineData("header:X-Forwarded-For")]
    [InlineData("user+header:x-real-ip")]
    [InlineData("header:Forwarded")]
    public void PartitionBy_OfAnythingElse_IsAFault(string partitionBy)
    {
        var failure = Assert.Single(FaultsOf(options => options.PartitionBy = partitionBy));

        Assert.StartsWith($"PartitionBy ('{partitionBy}') must ", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void PermitLimit_FromOneOn_IsTaken(int value, bool isTaken) => AssertTaken(isTaken, nameof(RateLimitOptions.PermitLimit), o => o.PermitLimit = value);

    [Theory]
    [InlineData(TimeSpan.TicksPerMillisecond - 1, false)]
    [InlineData(TimeSpan.TicksPerMillisecond, true)]
    [InlineData(366 * TimeSpan.TicksPerDay, true)]
    [InlineData((366 * TimeSpan.TicksPerDay) + 1, false)]
    public void Window_FromAMillisecondTo366Days_IsTaken(long ticks, bool isTaken)
        => AssertTaken(isTaken, nameof(RateLimitOptions.Window), o => o.Window = TimeSpan.FromTicks(ticks));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void MaxPartitions_FromOneOn_IsTaken(int value, bool isTaken) => AssertTaken(isTaken, nameof(RateLimitOptions.MaxPartitions), o => o.MaxPartitions = value);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void Cost_FromOneToTheLimit_IsTaken(int value, bool isTaken) => AssertTaken(isTaken, nameof(RateLimitOptions.Cost), o => o.Cost = value);

    [Theory]
    [InlineData((RateLimitAlgorithm)4, "Algorithm (4) must be one of Sliding, Fixed, TokenBucket, Concurrency.")]
    [InlineData((RateLimitAlgorithm)(-1), "Algorithm (-1) must be one of Sliding, Fixed, TokenBucket, Concurrency.")]
    public void Algorithm_WithoutAName_IsAFaultThatListsTheNames(RateLimitAlgorithm value, string expected)
        => Assert.Equal(expected, Assert.Single(FaultsOf(o => o.Algorithm = value)));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(10_000, true)]
    [InlineData(10_001, false)]
    public void QueueLimit_UpToTenThousand_IsTaken(int value, bool isTaken) => AssertTaken(isTaken, nameof(RateLimitOptions.QueueLimit), o => o.QueueLimit = value);

    [Theory]
    [InlineData(TimeSpan.TicksPerMillisecond - 1, false)]
    [InlineData(TimeSpan.TicksPerMillisecond, true)]
    [InlineData(TimeSpan.TicksPerMinute, true)]
    [InlineData(TimeSpan.TicksPerMinute + 1, false)]
    public void StoreTimeout_FromAMillisecondToAMinute_IsTaken(long ticks, bool isTaken)
        => AssertTaken(isTaken, nameof(RateLimitOptions.StoreTimeout), o => o.StoreTimeout = TimeSpan.FromTicks(ticks));

    [Theory]
    [InlineData("memory", true)]
    [InlineData("Memory", true)]
    [InlineData("redis", false)]
    [InlineData("", false)]
    public void Store_ThatNobodyBrought_IsAFault(string value, bool isTaken) => AssertTaken(isTaken, nameof(RateLimitOptions.Store), o => o.Store = value);

    [Theory]
    [InlineData(RateLimitAlgorithm.Concurrency, false)]
    [InlineData(RateLimitAlgorithm.TokenBucket, true)]
    public void Failures_WherePermitsAllComeBack_AreAFault(RateLimitAlgorithm algorithm, bool isTaken)
        => AssertTaken(isTaken, nameof(RateLimitOptions.Count), o => (o.Algorithm, o.Count) = (algorithm, RateLimitCount.Failures));

    [Fact]
    public void Check_WithEveryValueWrong_NamesThemAll()
    {
        var faults = FaultsOf(o =>
        {
            (o.PermitLimit, o.Window, o.Algorithm, o.PartitionBy) = (0, TimeSpan.Zero, (RateLimitAlgorithm)9, "x");
            (o.MaxPartitions, o.QueueLimit, o.Cost, o.Count, o.Headers) = (0, -1, 0, (RateLimitCount)9, (RateLimitHeaders)9);
            (o.Store, o.OnStoreFailure, o.StoreTimeout) = ("disk", (RateLimitStoreFailure)9, TimeSpan.Zero);
        });

        Assert.Equal(
            ["PermitLimit", "Window", "Algorithm", "PartitionBy", "MaxPartitions", "QueueLimit", "Cost", "Count", "Headers", "Store", "OnStoreFailure", "StoreTimeout"],
            faults.Select(static fault => fault.Split(' ')[0]));
    }

    private static void AssertTaken(bool isTaken, string property, Action<RateLimitOptions> configure)
    {
        if (isTaken)
        {
            Assert.Empty(FaultsOf(configure));
        }
        else
        {
            Assert.StartsWith(property + " (", Assert.Single(FaultsOf(configure)), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> FaultsOf(Action<RateLimitOptions> configure)
    {
        var options = new RateLimitOptions();
        configure(options);

        try
        {
            options.Check(stores: null, out _);
            return [];
        }
        catch (OptionsValidationException error)
        {
            return error.Failures;
        }
    }
}
