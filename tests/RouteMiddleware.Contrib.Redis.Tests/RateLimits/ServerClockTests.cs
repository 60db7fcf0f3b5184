using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

public sealed class ServerClockTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding)]
    [InlineData(RateLimitAlgorithm.Fixed)]
    [InlineData(RateLimitAlgorithm.TokenBucket)]
    [InlineData(RateLimitAlgorithm.Concurrency)]
    public async Task R7_ClockOfTheServer_SetBack_FreesNobody_AndBlocksNobodyLongerThanAWindow(RateLimitAlgorithm algorithm)
    {
        await redis.EmptyAsync();
        await using var time = new ServerTime(redis.Server);
        await using var app = await StartAsync();
        var (store, policy) = (app.Store(), PolicyOf(algorithm));
        Assert.Equal("yes yes no", await AskAsync(store, policy, 3));

        await time.JumpAsync(TimeSpan.FromHours(-1));

        for (var i = 0; i < 3; i++)
        {
            var refused = await AskAsync(store, policy);
            Assert.False(refused.IsAdmitted);
            Assert.Equal(0, refused.Remaining);
            Assert.InRange(refused.FreeIn, TimeSpan.Zero, Window);
        }

        await time.JumpAsync(Window);
        Assert.Equal("yes yes no", await AskAsync(store, policy, 3));
    }

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding)]
    [InlineData(RateLimitAlgorithm.Fixed)]
    [InlineData(RateLimitAlgorithm.TokenBucket)]
    public async Task R7_ClockOfTheServer_SetForward_GivesOneWindowMoreAtMost(RateLimitAlgorithm algorithm)
    {
        await redis.EmptyAsync();
        await using var time = new ServerTime(redis.Server);
        await using var app = await StartAsync();
        var (store, policy) = (app.Store(), PolicyOf(algorithm));
        Assert.Equal("yes yes no", await AskAsync(store, policy, 3));

        await time.JumpAsync(TimeSpan.FromHours(1));

        Assert.Equal("yes yes no", await AskAsync(store, policy, 3));
    }

    [Fact]
    public async Task R6_ClocksOfTheInstances_HoweverTheyGo_ChangeNothing()
    {
        await redis.EmptyAsync();
        await using var early = await StartAsync(new ManualClock(DateTimeOffset.UnixEpoch));
        await using var late = await StartAsync(new ManualClock(DateTimeOffset.UnixEpoch.AddYears(100)));
        var admitted = 0;

        for (var i = 0; i < 40; i++)
        {
            admitted += await (i % 2 == 0 ? early : late).StatusAsync() == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.Equal(7, admitted);
    }

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding, 7)]
    [InlineData(RateLimitAlgorithm.Sliding, 60)]
    [InlineData(RateLimitAlgorithm.Fixed, 20)]
    public async Task R5_FourInstances_ByTheTimesOfTheServer_AdmitTheLimitInAnyWindow(RateLimitAlgorithm algorithm, int limit)
    {
        await redis.EmptyAsync();
        var window = TimeSpan.FromMilliseconds(100);
        await using var instances = await Instances.StartAsync(4, redis.Server.Configuration, static _ => { }, [Instances.Setting("Store", "memory")]);
        var policy = new RateLimitPolicy { Id = $"windows{limit}", Algorithm = algorithm, PermitLimit = limit, Window = window };
        var permits = new List<long>();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async number =>
        {
            var store = instances[number % 4].Store();

            for (var i = 0; i < 500; i++)
            {
                if (await AskAsync(store, policy) is { IsAdmitted: true } answer)
                {
                    lock (permits)
                    {
                        permits.Add(answer.Permit);
                    }
                }
            }
        }));

        permits.Sort();
        Assert.True(permits.Count > limit, $"{permits.Count} were admitted: the test saw one window only.");

        if (algorithm == RateLimitAlgorithm.Sliding)
        {
            // Moments at which permits were taken.
            Assert.All(permits.Zip(permits.Skip(limit)), pair => Assert.True(pair.Second - pair.First >= window.TotalMicroseconds, $"{limit + 1} within {pair.Second - pair.First} µs"));
        }
        else
        {
            // Beginnings of windows.
            var windows = permits.GroupBy(static start => start).ToArray();
            Assert.All(windows, one => Assert.InRange(one.Count(), 1, limit));
            Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.True(pair.Second.Key - pair.First.Key >= window.TotalMicroseconds));
        }
    }

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding)]
    [InlineData(RateLimitAlgorithm.Fixed)]
    [InlineData(RateLimitAlgorithm.TokenBucket)]
    [InlineData(RateLimitAlgorithm.Concurrency)]
    public async Task Keys_OfACallerWhoFallsSilent_GoAwayByThemselves(RateLimitAlgorithm algorithm)
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync();

        await AskAsync(app.Store(), PolicyOf(algorithm), 3);

        var key = Assert.Single(await redis.Server.LimitKeysAsync());
        Assert.InRange(long.Parse(await redis.Server.CommandAsync("PTTL", key)), 1, (long)Window.TotalMilliseconds);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(100, 1_400)]
    [InlineData(10_000, 4_200)]
    public async Task R3_Memory_OfOneCaller_IsBounded(int requests, int atMost)
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync();
        var policy = new RateLimitPolicy { Id = "memory0123456789", PermitLimit = 1_000_000, Window = TimeSpan.FromMinutes(1) };

        for (var i = 0; i < requests; i += 100)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(100, requests)).Select(async _ => Assert.True((await AskAsync(app.Store(), policy)).IsAdmitted)));
        }

        var key = Assert.Single(await redis.Server.LimitKeysAsync());
        Assert.InRange(int.Parse(await redis.Server.CommandAsync("MEMORY", "USAGE", key)), 1, atMost);
    }

    private static RateLimitPolicy PolicyOf(RateLimitAlgorithm algorithm) => new() { Id = $"{algorithm}", Algorithm = algorithm, PermitLimit = 2, Window = Window };

    private static async Task<RateLimitAnswer> AskAsync(IRateLimitStore store, RateLimitPolicy policy)
    {
        var answers = new RateLimitAnswer[1];
        await store.AcquireAsync("4c0000201", new[] { policy }, answers, Timeout);
        return answers[0];
    }

    private static async Task<string> AskAsync(IRateLimitStore store, RateLimitPolicy policy, int times)
    {
        var answers = new string[times];

        for (var i = 0; i < times; i++)
        {
            answers[i] = (await AskAsync(store, policy)).IsAdmitted ? "yes" : "no";
        }

        return string.Join(' ', answers);
    }

    private Task<TestApp> StartAsync(TimeProvider? clock = null)
        => Instances.StartOneAsync(
            redis.Server.Configuration,
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:7/1h"),
            services: clock is null ? null : services => services.AddSingleton(clock));
}
