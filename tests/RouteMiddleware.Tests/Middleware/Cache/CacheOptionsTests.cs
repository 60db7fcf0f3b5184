using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheOptionsTests
{
    private const long DefaultSize = 256 * 1024 * 1024;

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("1d", 86_400)]
    [InlineData("00:00:10", 10)]
    public void Argument_OfATime_SetsTheDurationAlone(string argument, int seconds)
    {
        var options = new CacheOptions { VaryByUser = true };

        ((IAcceptArgument)options).ApplyArgument(argument);

        Assert.Equal((TimeSpan.FromSeconds(seconds), CacheMode.Duration, true), (options.Duration, options.Mode, options.VaryByUser));
    }

    [Theory]
    [InlineData("rfc9111")]
    [InlineData("RFC9111")]
    public void Argument_OfAMode_SetsTheModeAlone(string argument)
    {
        var options = new CacheOptions { Duration = TimeSpan.FromSeconds(7) };

        ((IAcceptArgument)options).ApplyArgument(argument);

        Assert.Equal((TimeSpan.FromSeconds(7), CacheMode.Rfc9111), (options.Duration, options.Mode));
    }

    [Theory]
    [InlineData("30")]
    [InlineData("-5m")]
    [InlineData("rfc7234")]
    [InlineData("memory")]
    public void Argument_ThatCantBeRead_IsRefusedWithASentence(string argument)
    {
        var error = Assert.Throws<FormatException>(() => ((IAcceptArgument)new CacheOptions()).ApplyArgument(argument));

        Assert.StartsWith($"'{argument}' is no time to keep answers: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new CacheOptions();
        options.Check(DefaultSize, []);

        Assert.Equal((TimeSpan.FromMinutes(1), CacheMode.Duration, false, "memory"), (options.Duration, options.Mode, options.VaryByUser, options.Store));
        Assert.Equal((64L * 1024 * 1024, DefaultSize), (options.MaxBodySize, options.SizeLimit));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.Zero), (options.FillTimeout, options.StaleWhileRevalidate));
        Assert.Equal(["*"], options.VaryByQuery);
        Assert.Empty(options.VaryByHeader.Concat(options.Tags).Concat(options.ExcludeHeaders));
    }

    [Theory]
    [InlineData(TimeSpan.TicksPerMillisecond - 1, false)]
    [InlineData(TimeSpan.TicksPerMillisecond, true)]
    [InlineData(366 * TimeSpan.TicksPerDay, true)]
    [InlineData((366 * TimeSpan.TicksPerDay) + 1, false)]
    public void Duration_FromAMillisecondTo366Days_IsTaken(long ticks, bool isTaken) => AssertTaken(isTaken, "Duration", o => o.Duration = TimeSpan.FromTicks(ticks));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void MaxBodySize_FromOneOn_IsTaken(long value, bool isTaken) => AssertTaken(isTaken, "MaxBodySize", o => o.MaxBodySize = value);

    [Theory]
    [InlineData(65_535, false)]
    [InlineData(65_536, false)]
    [InlineData(DefaultSize, true)]
    public void SizeLimit_OfTheSharedSection_IsTaken(long value, bool isTaken) => AssertTaken(isTaken, "SizeLimit", o => o.SizeLimit = value);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(TimeSpan.TicksPerHour, true)]
    [InlineData(TimeSpan.TicksPerHour + 1, false)]
    public void FillTimeout_FromZeroToAnHour_IsTaken(long ticks, bool isTaken) => AssertTaken(isTaken, "FillTimeout", o => o.FillTimeout = TimeSpan.FromTicks(ticks));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(366 * TimeSpan.TicksPerDay, true)]
    [InlineData((366 * TimeSpan.TicksPerDay) + 1, false)]
    public void StaleWhileRevalidate_FromZeroTo366Days_IsTaken(long ticks, bool isTaken)
        => AssertTaken(isTaken, "StaleWhileRevalidate", o => o.StaleWhileRevalidate = TimeSpan.FromTicks(ticks));

    [Theory]
    [InlineData("X-A", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("*", false)]
    public void VaryByHeader_OfNames_IsTaken(string name, bool isTaken) => AssertTaken(isTaken, "VaryByHeader", o => o.VaryByHeader = [name]);

    [Theory]
    [InlineData("X-A", true)]
    [InlineData("a:b", false)]
    public void ExcludeHeaders_OfNames_IsTaken(string name, bool isTaken) => AssertTaken(isTaken, "ExcludeHeaders", o => o.ExcludeHeaders = [name]);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Tags_OfSomeLength_AreTaken(int length, bool isTaken) => AssertTaken(isTaken, "Tags", o => o.Tags = [new string('t', length)]);

    [Fact]
    public void VaryByQuery_OfEverythingAndANameToo_IsAFault()
        => Assert.Equal("VaryByQuery must hold '*' alone, or names without it.", Assert.Single(FaultsOf(static o => o.VaryByQuery = ["*", "page"])));

    [Fact]
    public void Store_ThatNobodyBrings_IsRefusedWithASentence()
        => Assert.Equal(
            "Store ('redis') must be one of 'memory': for 'redis' call AddRedis() of RouteMiddleware.Contrib.Redis.",
            Assert.Single(FaultsOf(static o => o.Store = "redis")));

    [Theory]
    [InlineData("fake", true)]
    [InlineData("FAKE", true)]
    [InlineData("Memory", true)]
    [InlineData("fakes", false)]
    [InlineData("", false)]
    public async Task Store_OfTheServices_IsFoundByItsName(string name, bool isFound)
    {
        var start = CacheApp.StartAsync(static (context, _) => Task.CompletedTask, o => o.Store = name, stores: [new FakeStore()]);

        if (isFound)
        {
            await using var app = await start;
            return;
        }

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => start);
        Assert.Contains($"Store ('{name}') must be one of 'memory', 'fake': ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ThatCannotBeUsed_RefusesTheStartWithItsReason()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(
            () => CacheApp.StartAsync(static (context, _) => Task.CompletedTask, static o => o.Store = "fake", stores: [new FakeStore { Fault = "it has no address: set one." }]));

        Assert.Contains("Store ('fake') can't be used: it has no address: set one.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9_999, false)]
    [InlineData(10_000, true)]
    [InlineData(600_000_000, true)]
    [InlineData(600_000_001, false)]
    public void StoreTimeout_IsFromAMillisecondToAMinute(long ticks, bool isTaken) => AssertTaken(isTaken, "StoreTimeout", o => o.StoreTimeout = TimeSpan.FromTicks(ticks));

    [Fact]
    public void StoreTimeout_Is50MillisecondsUnlessSaid() => Assert.Equal(TimeSpan.FromMilliseconds(50), new CacheOptions().StoreTimeout);

    [Fact]
    public async Task Start_WithEveryValueWrong_NamesThemAll()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static web =>
            {
                web.UseRouteMiddleware();
                web.MapGet("/a", static () => "a").WithCache(static o =>
                {
                    (o.Duration, o.Mode, o.VaryByQuery, o.VaryByHeader) = (TimeSpan.Zero, (CacheMode)9, null!, ["a b"]);
                    (o.MaxBodySize, o.SizeLimit, o.Tags, o.Store, o.StoreTimeout) = (0, 70_000, [""], "disk", TimeSpan.Zero);
                    (o.FillTimeout, o.StaleWhileRevalidate, o.ExcludeHeaders) = (TimeSpan.FromTicks(-1), TimeSpan.FromTicks(-1), [""]);
                });
            }));

        string[] properties = ["Duration", "Mode", "VaryByQuery", "VaryByHeader", "MaxBodySize", "SizeLimit", "Tags", "Store", "StoreTimeout", "FillTimeout", "StaleWhileRevalidate", "ExcludeHeaders"];
        Assert.All(properties, property => Assert.Matches($"\\b{property} \\(", error.Message));
    }

    private static void AssertTaken(bool isTaken, string property, Action<CacheOptions> configure)
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

    private static IEnumerable<string> FaultsOf(Action<CacheOptions> configure)
    {
        var options = new CacheOptions();
        configure(options);

        try
        {
            options.Check(DefaultSize, []);
            return [];
        }
        catch (OptionsValidationException error)
        {
            return error.Failures;
        }
    }
}
