using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Answers;

/// <summary>Redis fails under load: no error, no hang, and back by itself.</summary>
public sealed class AnswersFaultTests
{
    // As set for the calls, with room for a machine that is busy with other tests.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("kill")]
    [InlineData("stop")]
    [InlineData("pause")]
    [InlineData("flush")]
    [InlineData("memory")]
    [InlineData("scripts")]
    public async Task Fault_UnderLoad_IsNeverAnErrorNorAWait(string fault)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis.Configuration);
        await using var other = await StartAsync(redis.Configuration);
        await one.WaitForStoreAsync();
        await Eventually.HoldsAsync(async () => (await one.GetAsync("/0")).StartsWith("HIT", StringComparison.Ordinal));
        using var end = new CancellationTokenSource();
        var count = 0;

        var readers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var path = $"/{Interlocked.Increment(ref count) % 10}";
                var (answer, time) = await (i % 2 == 0 ? one : other).TimeAsync(path);
                Assert.Matches($"^(HIT|MISS) {path}$", answer);
                Assert.True(time < Longest, $"{fault}: {time}");
            }
        })).ToArray();

        await AfterAsync(() => count, 200);
        await BeginAsync(redis, fault);
        await AfterAsync(() => count, 200);
        await EndAsync(redis, fault);

        // Back by itself: what one keeps the other gives again.
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await one.Cache.EvictByTagAsync("all");
            }
            catch (RouteCacheStoreException)
            {
                return false;
            }

            await one.GetAsync("/0");
            return (await other.GetAsync("/0")).StartsWith("HIT", StringComparison.Ordinal);
        });
        await end.CancelAsync();
        await Task.WhenAll(readers);

        // However many requests met it, few lines tell of it.
        Assert.InRange(one.Logs.Records.Count(static record => record.Message.Contains("of the cache does not serve", StringComparison.Ordinal)), 0, 60);
    }

    [Fact]
    public async Task WrongPassword_IsNeverAnErrorNorToldOf()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "right-secret");
        await using var app = await StartAsync(redis.Configuration + ",password=wrong-secret,abortConnect=false");

        for (var i = 1; i < 4; i++)
        {
            var (answer, time) = await app.TimeAsync("/a");
            Assert.Equal("MISS /a", answer);
            Assert.True(time < Longest, $"{time}");
        }

        Assert.Equal(3, app.Runs);
        await Assert.ThrowsAsync<RouteCacheStoreException>(() => app.Cache.EvictByTagAsync("a").AsTask());
        Assert.DoesNotContain(app.Logs.Records, static record => record.Message.Contains("wrong-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoRedisAtTheStart_IsNoHindrance()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var app = await StartAsync(redis.Configuration + ",abortConnect=false");
        Assert.Equal("MISS /a", await app.GetAsync("/a"));

        await redis.RestartAsync();

        await Eventually.HoldsAsync(async () => await app.GetAsync("/a") == "HIT /a");
    }

    [Fact]
    public async Task LeadThatCouldNotBeGivenBack_HoldsNobodyUp_OnceRedisIsThere()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "no");
        var (began, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var one = await AnswerInstance.StartAsync(
            redis.Configuration,
            async (context, run) =>
            {
                if (run == 1)
                {
                    began.SetResult();
                    await go.Task;
                }

                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.FillTimeout = TimeSpan.FromHours(1));
        var first = one.GetAsync("/a");
        await began.Task;

        // Neither the answer nor the end of the lead can be written, and the server keeps the lead.
        await redis.KillAsync();
        go.SetResult();
        Assert.Equal("MISS run 1", await first);
        await redis.RestartAsync();
        await one.WaitForStoreAsync();

        Assert.Equal("MISS run 2", await one.GetAsync("/a").WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("HIT run 2", await one.GetAsync("/a"));
    }

    private static Task<AnswerInstance> StartAsync(string configuration) => AnswerInstance.StartAsync(
        configuration,
        static (context, _) => context.Response.WriteAsync(context.Request.Path),
        static o => (o.StoreTimeout, o.Tags, o.FillTimeout) = (TimeSpan.FromMilliseconds(200), ["all"], TimeSpan.FromSeconds(1)),
        waits: false);

    private static async Task AfterAsync(Func<int> count, int more)
    {
        var from = count();
        await Eventually.HoldsAsync(() => count() >= from + more);
    }

    private static Task BeginAsync(RedisServer redis, string fault)
    {
        switch (fault)
        {
            case "kill":
                return redis.KillAsync();
            case "stop":
                redis.Freeze();
                return Task.CompletedTask;
            case "pause":
                return redis.CommandAsync("CLIENT", "PAUSE", "3000", "ALL");
            case "flush":
                return redis.CommandAsync("FLUSHALL");
            case "memory":
                return redis.CommandAsync("CONFIG", "SET", "maxmemory", "1");
            default:
                return redis.CommandAsync("SCRIPT", "FLUSH");
        }
    }

    private static Task EndAsync(RedisServer redis, string fault)
    {
        switch (fault)
        {
            case "kill":
                return redis.RestartAsync();
            case "stop":
                redis.Thaw();
                return Task.CompletedTask;
            case "memory":
                return redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");
            default:
                return Task.CompletedTask;
        }
    }
}
