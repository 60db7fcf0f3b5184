using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Permits that requests hold while they run.</summary>
public sealed class LeaseTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task R15_Instance_ThatDies_LosesItsPermits_WhenItsLeasesEnd()
    {
        await redis.EmptyAsync();
        await using var time = new ServerTime(redis.Server);
        var dead = await StartAsync(static () => Task.CompletedTask);
        await using var alive = await StartAsync(static () => Task.CompletedTask);

        // Taken, and never returned: its process is gone.
        var policy = new RateLimitPolicy { Id = await PolicyIdAsync(alive), Algorithm = RateLimitAlgorithm.Concurrency, PermitLimit = 1, Window = TimeSpan.FromMinutes(1) };
        var answers = new RateLimitAnswer[1];
        await dead.Store().AcquireAsync("17f000001", new[] { policy }, answers, TimeSpan.FromSeconds(5));
        Assert.True(answers[0].IsAdmitted);
        await dead.DisposeAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, await alive.StatusAsync());
        await time.JumpAsync(TimeSpan.FromSeconds(29));
        Assert.Equal(HttpStatusCode.TooManyRequests, await alive.StatusAsync());
        await time.JumpAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, await alive.StatusAsync());
    }

    [Fact]
    public async Task R15_Request_ThatRunsLong_KeepsItsPermits()
    {
        await redis.EmptyAsync();
        var clock = new ManualClock();
        await using var time = new ServerTime(redis.Server);
        var gate = new TaskCompletionSource();
        await using var app = await StartAsync(() => gate.Task, clock);
        var running = app.SendAsync();
        await Eventually.HoldsAsync(async () => (await redis.Server.LimitKeysAsync()).Length == 1);
        var key = Assert.Single(await redis.Server.LimitKeysAsync());

        for (var i = 0; i < 4; i++)
        {
            await time.JumpAsync(TimeSpan.FromSeconds(25));
            Assert.True(await SecondsLeftAsync(key) < 10);
            clock.Advance(TimeSpan.FromSeconds(10));
            await Eventually.HoldsAsync(async () => await SecondsLeftAsync(key) > 20);
            Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync());
        }

        gate.SetResult();
        using var ended = await running;
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        await Eventually.HoldsAsync(async () => (await redis.Server.LimitKeysAsync()).Length == 0);
    }

    [Fact]
    public async Task R15_Lease_OfAStoreThatMayTakeLong_HoldsAllTheLonger()
    {
        await redis.EmptyAsync();
        var clock = new ManualClock();
        await using var time = new ServerTime(redis.Server);
        await using var app = await StartAsync(static () => Task.CompletedTask, clock);
        var policy = new RateLimitPolicy { Id = "late", Algorithm = RateLimitAlgorithm.Concurrency, PermitLimit = 1, Window = TimeSpan.FromMinutes(1) };
        await app.Store().AcquireAsync("17f000001", new[] { policy }, new RateLimitAnswer[1], TimeSpan.FromMinutes(1));
        var key = Assert.Single(await redis.Server.LimitKeysAsync());
        Assert.InRange(await SecondsLeftAsync(key), 61, 80);

        await time.JumpAsync(TimeSpan.FromSeconds(50));
        clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(async () => await SecondsLeftAsync(key) > 61);
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("throws later")]
    [InlineData("aborts")]
    [InlineData("ends")]
    public async Task R15_Request_HoweverItEnds_ReturnsItsPermits(string how)
    {
        await redis.EmptyAsync();
        await using var app = await Instances.StartOneAsync(
            redis.Server.Configuration,
            app => app.MapGet("/", async (HttpContext context) =>
            {
                if (how == "throws")
                {
                    throw new InvalidOperationException("at once");
                }

                await Task.Yield();

                if (how == "throws later")
                {
                    throw new InvalidOperationException("later");
                }

                if (how == "aborts")
                {
                    context.Abort();
                }
            }).WithRateLimit(static o => (o.Algorithm, o.PermitLimit) = (RateLimitAlgorithm.Concurrency, 1)));

        for (var i = 0; i < 3; i++)
        {
            if (how == "aborts")
            {
                await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.SendAsync());
            }
            else
            {
                Assert.NotEqual(HttpStatusCode.TooManyRequests, await app.StatusAsync());
            }

            await Eventually.HoldsAsync(async () => (await redis.Server.LimitKeysAsync()).Length == 0);
        }
    }

    [Fact]
    public async Task R15_Permits_ThatCouldNotBeReturned_AreReturnedWhenRedisIsBack()
    {
        await using var server = await RedisServer.StartAsync();
        var clock = new ManualClock();
        var gate = new TaskCompletionSource();
        await using var app = await Instances.StartOneAsync(
            server.Configuration,
            app => app.MapGet("/", () => gate.Task).WithRateLimit(static o => (o.Algorithm, o.PermitLimit) = (RateLimitAlgorithm.Concurrency, 1)),
            services: services => services.AddSingleton<TimeProvider>(clock));
        var running = app.SendAsync();
        await Eventually.HoldsAsync(async () => (await server.LimitKeysAsync()).Length == 1);

        // What is written is refused, so that the lease stays.
        await server.CommandAsync("REPLICAOF", "127.0.0.1", "1");
        gate.SetResult();
        using var ended = await running;
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        await server.CommandAsync("REPLICAOF", "NO", "ONE");

        await Eventually.HoldsAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return (await server.LimitKeysAsync()).Length == 0;
        });
    }

    private Task<TestApp> StartAsync(Func<Task> handler, TimeProvider? clock = null)
        => Instances.StartOneAsync(
            redis.Server.Configuration,
            app => app.MapGet("/", handler).WithRateLimit(static o => (o.Algorithm, o.PermitLimit) = (RateLimitAlgorithm.Concurrency, 1)),
            services: clock is null ? null : services => services.AddSingleton(clock));

    // Of a lease that is there while the request runs.
    private async Task<string> PolicyIdAsync(TestApp app)
    {
        var found = "";

        await Eventually.HoldsAsync(async () =>
        {
            var watch = redis.Server.CommandsAsync("CONFIG SET slowlog-log-slower-than 0", "SLOWLOG RESET");
            await watch;
            await app.StatusAsync();
            var log = await redis.Server.CommandAsync("SLOWLOG", "GET", "20");
            await redis.Server.CommandAsync("CONFIG", "SET", "slowlog-log-slower-than", "10000");
            found = log.Split('\n').Select(static line => line.Trim()).FirstOrDefault(static line => line.StartsWith("rm:rl:{", StringComparison.Ordinal)) ?? "";
            return found.Length > 0;
        });

        return found[(found.IndexOf('}', StringComparison.Ordinal) + 2)..];
    }

    private async Task<double> SecondsLeftAsync(string key)
    {
        var left = await redis.Server.CommandAsync("EVAL", "local t = redis.call('TIME') local e = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES') return tostring((e[2] or 0) - t[1] * 1000000 - t[2])", "1", key);
        return double.Parse(left, CultureInfo.InvariantCulture) / 1_000_000;
    }
}
