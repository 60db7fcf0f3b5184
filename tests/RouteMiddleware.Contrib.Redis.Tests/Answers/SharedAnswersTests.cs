using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Answers;

/// <summary>Two and four instances, one Redis.</summary>
public sealed class SharedAnswersTests
{
    [Fact]
    public async Task Answer_OfOneInstance_IsAHitOnTheOther_AndEvictedByEither()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await AnswerInstance.StartAsync(redis.Configuration, Tagged);
        await using var other = await AnswerInstance.StartAsync(redis.Configuration, Tagged);

        Assert.Equal("MISS /a 1", await one.GetAsync("/a"));
        Assert.Equal("MISS /b 2", await one.GetAsync("/b"));
        Assert.Equal("HIT /a 1", await other.GetAsync("/a"));
        Assert.Equal("HIT /b 2", await other.GetAsync("/b"));

        await other.Cache.EvictByTagAsync("tag of /a");
        Assert.Equal("MISS /a 3", await one.GetAsync("/a"));
        Assert.Equal("HIT /b 2", await one.GetAsync("/b"));

        await one.Cache.EvictByTagAsync("all");
        Assert.Equal("MISS /b 1", await other.GetAsync("/b"));

        await one.Cache.EvictAllAsync();
        Assert.Equal("MISS /a 2", await other.GetAsync("/a"));
        Assert.Equal("HIT /a 2", await one.GetAsync("/a"));
    }

    [Fact]
    public async Task Keys_AreHashed_AndEndByThemselves()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await AnswerInstance.StartAsync(redis.Configuration, static (context, run) =>
        {
            context.Response.Headers.Vary = "X-A";
            return context.Response.WriteAsync("secret-body");
        });
        await app.GetAsync("/private-path?token=1");

        var keys = (await redis.CommandAsync("KEYS", "*")).Split('\n');
        var values = keys.Where(static key => !key.EndsWith(":evicted", StringComparison.Ordinal)).ToArray();

        // The mark of Vary and the answer lie in one slot.
        Assert.Equal(2, values.Length);
        Assert.Single(values.Select(static key => key[..key.IndexOf('}')]).Distinct(StringComparer.Ordinal));
        Assert.All(values, static key => Assert.Matches("^rm:cache:\\{[a-z0-9]{2}\\}:[0-9a-f]{64}$", key));
        Assert.Equal(16, keys.Length - values.Length);

        foreach (var key in values)
        {
            Assert.InRange(int.Parse(await redis.CommandAsync("PTTL", key), CultureInfo.InvariantCulture), 1, 60_000);
        }
    }

    [Theory]
    [InlineData("option")]
    [InlineData("all")]
    public async Task K13_FillThatBeganBeforeAnEvictionOnAnotherInstance_IsNotKept(string tag)
    {
        var arrived = new SemaphoreSlim(0);
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var redis = await RedisServer.StartAsync();
        await using var one = await AnswerInstance.StartAsync(
            redis.Configuration,
            async (context, run) =>
            {
                arrived.Release();
                await (run == 1 ? rest.Task : Task.CompletedTask);
                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.Tags = ["option"]);
        await using var other = await AnswerInstance.StartAsync(redis.Configuration);

        var filling = one.GetAsync("/a");
        await arrived.WaitAsync();
        await (tag == "all" ? other.Cache.EvictAllAsync() : other.Cache.EvictByTagAsync(tag));
        rest.SetResult();

        Assert.Equal("MISS run 1", await filling);
        Assert.Equal("MISS run 2", await one.GetAsync("/a"));
        Assert.Equal("HIT run 2", await one.GetAsync("/a"));
    }

    /// <summary>One value that changes, and an eviction after each change: whoever asks after an eviction's end never gets what was before the change.</summary>
    [Fact]
    public async Task K13_EvictionsDuringRequestsOnThreeInstances_AreNeverFollowedByAnOlderAnswer()
    {
        var version = 0;
        await using var redis = await RedisServer.StartAsync();
        var apps = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AnswerInstance.StartAsync(
            redis.Configuration,
            async (context, _) =>
            {
                var read = Volatile.Read(ref version);
                await Task.Yield();
                await context.Response.WriteAsync(read.ToString(CultureInfo.InvariantCulture));
            },
            static o => o.Tags = ["version"])));
        var evicted = 0;
        var reads = 0;
        using var end = new CancellationTokenSource();

        var readers = Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var atLeast = Volatile.Read(ref evicted);
                var answer = await apps[i % 3].GetAsync("/a");
                Interlocked.Increment(ref reads);
                Assert.True(int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture) >= atLeast, $"'{answer}' after the eviction of {atLeast}");
            }
        })).ToArray();

        for (var i = 1; i <= 200 || (Volatile.Read(ref reads) < 500 && !readers.Any(static reader => reader.IsFaulted)); i++)
        {
            Volatile.Write(ref version, i);
            await apps[i % 3].Cache.EvictByTagAsync("version");
            Volatile.Write(ref evicted, i);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);

        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task K6_AThousandClientsOverFourInstances_RunTheHandlerOnce()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var redis = await RedisServer.StartAsync();
        var apps = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AnswerInstance.StartAsync(redis.Configuration, async (context, run) =>
        {
            await rest.Task;
            await context.Response.WriteAsync("made once");
        })));

        var requests = Enumerable.Range(0, 1000).Select(i => apps[i % 4].GetAsync("/a")).ToArray();

        // One leads; on each of the others one looks again and again.
        await Eventually.HoldsAsync(() => apps.Sum(static app => app.Runs) == 1);
        rest.SetResult();
        var answers = await Task.WhenAll(requests);

        Assert.Equal(1, apps.Sum(static app => app.Runs));
        Assert.Single(answers, static answer => answer == "MISS made once");
        Assert.Equal(999, answers.Count(static answer => answer == "HIT made once"));
        await Eventually.HoldsAsync(async () => await redis.CommandAsync("KEYS", "*:lead") == "");

        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task K7_LeadingInstanceThatStops_IsFollowedAfterItsTime()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var redis = await RedisServer.StartAsync();
        await using var one = await AnswerInstance.StartAsync(redis.Configuration, (context, _) => rest.Task, static o => o.FillTimeout = TimeSpan.FromSeconds(4));
        await using var other = await AnswerInstance.StartAsync(redis.Configuration, options: static o => o.FillTimeout = TimeSpan.FromSeconds(4));
        var stuck = one.GetAsync("/a");
        await Eventually.HoldsAsync(() => one.Runs == 1);

        var (answer, time) = await other.TimeAsync("/a");

        Assert.Equal("MISS run 1", answer);
        Assert.InRange(time, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20));
        rest.SetResult();
        await stuck;
    }

    [Fact]
    public async Task K7_AnswersThatAreNotKept_AreNotMadeOneInstanceAfterTheOther()
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = 0;
        await using var redis = await RedisServer.StartAsync();
        var apps = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AnswerInstance.StartAsync(redis.Configuration, async (context, _) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.FlushAsync();

            // Ends when all four are here: none waits for another one's end.
            if (Interlocked.Increment(ref running) == 4)
            {
                all.SetResult();
            }

            await all.Task;
            await context.Response.WriteAsync("never kept");
        })));

        Assert.All(await Task.WhenAll(apps.Select(static app => app.GetAsync("/a"))).WaitAsync(TimeSpan.FromSeconds(30)), static answer => Assert.Equal("MISS never kept", answer));

        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task K9_RequestThatChangesSomething_TakesTheAnswerOutOnAllInstances()
    {
        static Task Handle(HttpContext context, int run)
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Response.WriteAsync($"run {run}");
        }

        await using var redis = await RedisServer.StartAsync();
        await using var one = await AnswerInstance.StartAsync(redis.Configuration, Handle, static o => o.Mode = CacheMode.Rfc9111);
        await using var other = await AnswerInstance.StartAsync(redis.Configuration, Handle, static o => o.Mode = CacheMode.Rfc9111);
        await one.GetAsync("/a");
        Assert.Equal("HIT run 1", await other.GetAsync("/a"));

        using var changed = await other.PostAsync("/a");

        Assert.Equal("MISS run 2", await one.GetAsync("/a"));
    }

    [Fact]
    public async Task Start_WithoutARedis_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestAppWithoutRedis("AddRedis"));
        Assert.Contains("Store ('redis') can't be used: there is no Redis: set RouteMiddleware:Redis:Configuration", error.Message, StringComparison.Ordinal);

        error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestAppWithoutRedis("nothing"));
        Assert.Contains("call AddRedis() of RouteMiddleware.Contrib.Redis", error.Message, StringComparison.Ordinal);
    }

    private static Task Tagged(HttpContext context, int run)
    {
        context.AddCacheTags($"tag of {context.Request.Path}", "all");
        return context.Response.WriteAsync($"{context.Request.Path} {run}");
    }

    private static Task<TestApp> TestAppWithoutRedis(string call) => TestApp.StartAsync(
        builder =>
        {
            var routes = builder.Services.AddRouteMiddleware();
            _ = call == "AddRedis" ? routes.AddRedis() : routes;
        },
        static web =>
        {
            web.UseRouteMiddleware();
            web.MapGet("/a", static () => "a").WithCache(static o => o.Store = "redis");
        });
}
