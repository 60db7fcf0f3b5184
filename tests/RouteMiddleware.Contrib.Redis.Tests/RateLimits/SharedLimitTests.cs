using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

public sealed class SharedLimitTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData(2, "sliding")]
    [InlineData(4, "sliding")]
    [InlineData(2, "fixed")]
    [InlineData(4, "fixed")]
    [InlineData(2, "token_bucket")]
    [InlineData(4, "token_bucket")]
    public async Task R5_Instances_UnderAFlood_AdmitTheLimitTogether(int count, string algorithm)
    {
        await redis.EmptyAsync();
        await using var instances = await StartAsync(count, "rate_limit", ("PermitLimit", "50"), ("Window", "24:00:00"), ("Algorithm", algorithm));

        var counts = await instances.FloodAsync(2_000, atATime: 64);

        Assert.Equal(50, counts[HttpStatusCode.OK]);
        Assert.Equal(1_950, counts[HttpStatusCode.TooManyRequests]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task R5_Concurrency_OfSeveralInstances_HoldsAtAnyMoment(int count)
    {
        await redis.EmptyAsync();
        var (running, most, ended) = (0, 0, 0);
        await using var instances = await Instances.StartAsync(
            count,
            redis.Server.Configuration,
            app => app.MapGet("/", async () =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Yield();
                await Task.Delay(2);
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref ended);
            }).WithRateLimit(static o => (o.Algorithm, o.PermitLimit) = (RateLimitAlgorithm.Concurrency, 5)));

        var counts = await instances.FloodAsync(1_000, atATime: 32);

        Assert.InRange(most, 2, 5);
        Assert.Equal(ended, counts[HttpStatusCode.OK]);
        Assert.True(counts[HttpStatusCode.TooManyRequests] > 0);
        await Eventually.HoldsAsync(async () => (await redis.Server.LimitKeysAsync()).Length == 0);
    }

    [Theory]
    [InlineData("sliding", 95, 100)]
    [InlineData("fixed", 95, 100)]
    [InlineData("token_bucket", 45, 50)]
    public async Task R9_Answers_OfSeveralInstances_TellOfTheCommonLimit(string algorithm, int least, int most)
    {
        await redis.EmptyAsync();
        await using var instances = await StartAsync(2, "rate_limit", ("PermitLimit", "2"), ("Window", "100s"), ("Algorithm", algorithm));

        using var first = await instances.SendAsync(0);
        using var second = await instances.SendAsync(1);
        using var refused = await instances.SendAsync(0);

        Assert.Equal("2", first.Header("X-RateLimit-Limit"));
        Assert.Equal("1", first.Header("X-RateLimit-Remaining"));
        Assert.InRange(int.Parse(first.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture), least, most);
        Assert.Equal("0", second.Header("X-RateLimit-Remaining"));
        Assert.StartsWith("\"default\";r=0;t=", second.Header("RateLimit"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("0", refused.Header("X-RateLimit-Remaining"));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, least, most);
        Assert.Contains("rate_limit_exceeded", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_OfARequest_IsTakenInTheStore()
    {
        await redis.EmptyAsync();
        await using var instances = await StartAsync(2, "rate_limit", ("PermitLimit", "5"), ("Cost", "2"), ("Window", "1h"));

        Assert.Equal(HttpStatusCode.OK, await instances[0].StatusAsync());
        Assert.Equal(HttpStatusCode.OK, await instances[1].StatusAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await instances[0].StatusAsync());
    }

    [Theory]
    [InlineData("sliding")]
    [InlineData("fixed")]
    [InlineData("token_bucket")]
    public async Task Failures_InAStore_AloneCount(string algorithm)
    {
        await redis.EmptyAsync();
        await using var instances = await Instances.StartAsync(
            2,
            redis.Server.Configuration,
            static app => app.MapGet("/{status:int}", static (int status) => Results.StatusCode(status)).WithMiddleware("rate_limit"),
            [Instances.Setting("PermitLimit", "2"), Instances.Setting("Window", "1h"), Instances.Setting("Count", "failures"), Instances.Setting("Algorithm", algorithm)]);

        for (var i = 0; i < 10; i++)
        {
            using var good = await instances.SendAsync(i, "/200");
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
            Assert.Equal("2", good.Header("X-RateLimit-Remaining"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await instances[0].StatusAsync("/401"));
        Assert.Equal(HttpStatusCode.OK, await instances[1].StatusAsync("/200"));
        Assert.Equal(HttpStatusCode.Unauthorized, await instances[1].StatusAsync("/401"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await instances[0].StatusAsync("/200"));
    }

    [Fact]
    public async Task R12_RefusedCaller_ThatGoesOn_IsNoLoadOnRedis()
    {
        await redis.EmptyAsync();
        await using var instances = await StartAsync(1, "rate_limit", ("PermitLimit", "3"), ("Window", "1h"));
        await instances.FloodAsync(4, atATime: 1, address: "192.0.2.1");

        // Not at the first go on a busy machine, where a connection that is made anew asks for the time as well.
        await Eventually.HoldsAsync(async () =>
        {
            await redis.Server.CommandAsync("CONFIG", "RESETSTAT");
            var counts = await instances.FloodAsync(500, atATime: 8, address: "192.0.2.1");
            Assert.Equal(500, counts[HttpStatusCode.TooManyRequests]);
            return await redis.Server.ScriptCallsAsync() == 0;
        });
        Assert.Equal(HttpStatusCode.OK, await instances[0].StatusAsync("/", "192.0.2.2"));
        Assert.True(await redis.Server.ScriptCallsAsync() > 0);
    }

    [Theory]
    [InlineData("failures", "sliding")]
    [InlineData("all", "concurrency")]
    public async Task R12_RefusedCaller_WhosePermitsMayComeBackEarlier_IsAskedForAgain(string count, string algorithm)
    {
        await redis.EmptyAsync();
        var (gate, began) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var instances = await Instances.StartAsync(
            2,
            redis.Server.Configuration,
            app => app.MapGet("/", () =>
            {
                began.TrySetResult();
                return gate.Task;
            }).WithMiddleware("rate_limit"),
            [Instances.Setting("PermitLimit", "1"), Instances.Setting("Window", "1h"), Instances.Setting("Count", count), Instances.Setting("Algorithm", algorithm)]);

        var running = instances.SendAsync(0);
        await began.Task;
        Assert.Equal(HttpStatusCode.TooManyRequests, await instances[1].StatusAsync());
        gate.SetResult();
        using var ended = await running;

        await Eventually.HoldsAsync(async () => await instances[1].StatusAsync() == HttpStatusCode.OK);
    }

    internal static void InterlockedMax(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref place, value, seen);
            seen = before == seen ? value : before;
        }
    }

    private Task<Instances> StartAsync(int count, string entry, params (string Key, string Value)[] settings)
        => Instances.StartAsync(
            count,
            redis.Server.Configuration,
            app => app.MapGet("/", static () => "ok").WithMiddleware(entry),
            settings.Select(static setting => Instances.Setting(setting.Key, setting.Value)));
}
