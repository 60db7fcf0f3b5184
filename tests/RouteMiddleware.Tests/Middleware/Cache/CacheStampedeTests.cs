using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheStampedeTests : IDisposable
{
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _arrived = new(0);

    [Theory]
    [InlineData(20)]
    [InlineData(1000)]
    public async Task K6_ConcurrentMisses_RunTheHandlerOnce(int callers)
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            _arrived.Release();
            await _rest.Task;
            await context.Response.WriteAsync($"run {run}");
        });

        var requests = Enumerable.Range(0, callers).Select(_ => app.GetAsync("/a")).ToArray();
        await WaitForAsync(app, callers - 1);
        _rest.SetResult();
        var answers = await Task.WhenAll(requests);

        Assert.Equal(1, app.Runs);
        Assert.Single(answers, static answer => answer == "MISS run 1");
        Assert.Equal(callers - 1, answers.Count(static answer => answer == "HIT run 1"));
        Assert.Equal(0, app.Services.Fills.Count);
    }

    [Fact]
    public async Task K6_ConcurrentMissesAfterExpiry_RunTheHandlerOnce()
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            await (run == 1 ? Task.CompletedTask : _rest.Task);
            await context.Response.WriteAsync($"run {run}");
        });
        await app.GetAsync("/a");
        app.Clock.Advance(TimeSpan.FromMinutes(1));

        var requests = Enumerable.Range(0, 20).Select(_ => app.GetAsync("/a")).ToArray();
        await WaitForAsync(app, 19);
        _rest.SetResult();

        Assert.All(await Task.WhenAll(requests), static answer => Assert.EndsWith("run 2", answer, StringComparison.Ordinal));
        Assert.Equal(2, app.Runs);
    }

    [Theory]
    [InlineData("throw")]
    [InlineData("status")]
    [InlineData("no-store")]
    [InlineData("cookie")]
    public async Task K7_FillerWhoseAnswerIsNotKept_ReleasesAllWaitersAtOnce(string kind)
    {
        const int Waiters = 10;
        var others = new CountdownEvent(Waiters);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            if (run == 1)
            {
                await _rest.Task;
            }
            else
            {
                // None of them answers before all of them are here: if one waited for another, this would never end.
                others.Signal();
                await all.Task;
            }

            switch (kind)
            {
                case "throw":
                    throw new InvalidOperationException("broken");
                case "status":
                    context.Response.StatusCode = 503;
                    break;
                case "no-store":
                    context.Response.Headers.CacheControl = "no-store";
                    break;
                default:
                    context.Response.Cookies.Append("a", "b");
                    break;
            }

            await context.Response.WriteAsync($"run {run}");
        });

        var requests = Enumerable.Range(0, Waiters + 1).Select(async _ =>
        {
            using var response = await app.SendAsync("/a");
            return (int)response.StatusCode;
        }).ToArray();
        await WaitForAsync(app, Waiters);
        _rest.SetResult();
        Assert.True(await Task.Run(() => others.Wait(TimeSpan.FromSeconds(20))));
        all.SetResult();
        await Task.WhenAll(requests);

        Assert.Equal(Waiters + 1, app.Runs);
        Assert.Equal(0, app.Services.Fills.Count);
    }

    [Fact]
    public async Task K7_AnswerThatIsNotKept_ReleasesWaitersWithItsHeaders()
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync($"run {run}");
            _arrived.Release();
            await (run == 1 ? _rest.Task : Task.CompletedTask);
        });

        using var slow = await app.App.Client.GetAsync(new Uri(app.App.Address, "/a"), HttpCompletionOption.ResponseHeadersRead);
        await _arrived.WaitAsync();

        // The first one's body has not ended yet.
        Assert.Equal("MISS run 2", await app.GetAsync("/a").WaitAsync(TimeSpan.FromSeconds(20)));
        _rest.SetResult();
    }

    [Fact]
    public async Task K7_FillerWhoseCallerGoesAway_IsFollowedByOneWaiter()
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            _arrived.Release();
            await (run == 1 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : _rest.Task);
            await context.Response.WriteAsync($"run {run}");
        });
        using var gone = new CancellationTokenSource();

        var first = app.App.Client.GetAsync(new Uri(app.App.Address, "/a"), gone.Token);
        await _arrived.WaitAsync();
        var requests = Enumerable.Range(0, 10).Select(_ => app.GetAsync("/a")).ToArray();
        await WaitForAsync(app, 10);
        await gone.CancelAsync();
        await _arrived.WaitAsync();
        await WaitForAsync(app, 9);
        _rest.SetResult();

        Assert.All(await Task.WhenAll(requests), static answer => Assert.EndsWith("run 2", answer, StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(2, app.Runs);
    }

    [Fact]
    public async Task K7_SlowFiller_IsNotWaitedForLongerThanTheTimeout()
    {
        await using var app = await CacheApp.StartAsync(
            async (context, run) =>
            {
                _arrived.Release();
                await (run == 1 ? _rest.Task : Task.CompletedTask);
                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.FillTimeout = TimeSpan.FromSeconds(3));

        var slow = app.GetAsync("/a");
        await _arrived.WaitAsync();
        var waiter = app.GetAsync("/a");
        await WaitForAsync(app, 1);
        app.Clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(waiter.IsCompleted);
        app.Clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal("MISS run 2", await waiter.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("HIT run 2", await app.GetAsync("/a"));
        _rest.SetResult();
        Assert.Equal("MISS run 1", await slow);
    }

    [Fact]
    public async Task FillTimeout_OfZero_LetsNobodyWait()
    {
        await using var app = await CacheApp.StartAsync(
            async (context, run) =>
            {
                _arrived.Release();
                await (run == 1 ? _rest.Task : Task.CompletedTask);
                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.FillTimeout = TimeSpan.Zero);

        var slow = app.GetAsync("/a");
        await _arrived.WaitAsync();

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
        _rest.SetResult();
        await slow;
    }

    [Fact]
    public async Task K6_StaleWhileRevalidate_GivesTheOldAnswerWhileOneRequestMakesTheNewOne()
    {
        await using var app = await CacheApp.StartAsync(
            async (context, run) =>
            {
                _arrived.Release();
                await (run == 2 ? _rest.Task : Task.CompletedTask);
                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.StaleWhileRevalidate = TimeSpan.FromSeconds(10));
        await app.GetAsync("/a");
        await _arrived.WaitAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(69.9));

        var renewing = app.GetAsync("/a");
        await _arrived.WaitAsync();

        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
        _rest.SetResult();
        Assert.Equal("MISS run 2", await renewing);
        Assert.Equal("HIT run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Variants_ThatAreNotKnownYet_AreMadeOnceEach()
    {
        var bodies = new ConcurrentBag<string>();
        await using var app = await CacheApp.StartAsync(async (context, _) =>
        {
            bodies.Add(context.Request.Headers["X-A"]!);
            await _rest.Task;
            context.Response.Headers.Vary = "X-A";
            await context.Response.WriteAsync(context.Request.Headers["X-A"]!);
        });

        var requests = Enumerable.Range(0, 20).Select(async i => (i % 4, await app.GetAsync("/a", ("X-A", $"{i % 4}")))).ToArray();
        await WaitForAsync(app, 19);
        _rest.SetResult();

        Assert.All(await Task.WhenAll(requests), static answer => Assert.EndsWith($" {answer.Item1}", answer.Item2, StringComparison.Ordinal));
        Assert.Equal(["0", "1", "2", "3"], bodies.Order(StringComparer.Ordinal));
    }

    public void Dispose() => _arrived.Dispose();

    private static async Task WaitForAsync(CacheApp app, int waiters)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        while (app.Services.Fills.Waiters < waiters)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
