using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>What the cache does with a store of many instances, whichever it is.</summary>
public sealed class CacheSharedStoreTests
{
    private readonly FakeStore _store = new();

    [Fact]
    public async Task Answer_OfOneInstance_IsAHitOnTheOther()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();

        Assert.Equal("MISS run 1", await one.GetAsync("/a"));
        Assert.Equal("HIT run 1", await other.GetAsync("/a"));
        Assert.Equal("HIT run 1", await one.GetAsync("/a"));
        using var head = await other.SendAsync(HttpMethod.Head, "/a");
        Assert.Equal("HIT", Assert.Single(head.Headers.GetValues("X-Cache")));
        using var missed = await other.SendAsync(HttpMethod.Head, "/b");
        Assert.Equal("MISS", Assert.Single(missed.Headers.GetValues("X-Cache")));
        Assert.Equal(1, other.Runs);
    }

    [Fact]
    public async Task Hit_IsOneCall_AndTwoWithVary()
    {
        await using var app = await StartAsync((context, run) =>
        {
            context.Response.Headers.Vary = context.Request.Path == "/v" ? "X-A" : default;
            return context.Response.WriteAsync($"run {run}");
        });
        await app.GetAsync("/a");
        await app.GetAsync("/v");
        _store.Calls.Clear();

        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
        Assert.Equal("get", Assert.Single(_store.Calls).Name);
        Assert.Equal("HIT run 2", await app.GetAsync("/v"));
        Assert.Equal(3, _store.Calls.Count);
        Assert.All(_store.Calls, static call => Assert.Equal(TimeSpan.FromMilliseconds(50), call.Timeout));
    }

    [Fact]
    public async Task Eviction_OnOneInstance_IsAMissOnTheOther()
    {
        await using var one = await StartAsync(options: static o => o.Tags = ["a"]);
        await using var other = await StartAsync(options: static o => o.Tags = ["a"]);
        await one.GetAsync("/a");

        await other.Cache.EvictByTagAsync("a");
        Assert.Equal("MISS run 2", await one.GetAsync("/a"));

        await other.Cache.EvictAllAsync();
        Assert.Equal("MISS run 3", await one.GetAsync("/a"));
    }

    [Fact]
    public async Task K13_FillThatBeganBeforeAnEvictionElsewhere_IsNotKept()
    {
        var arrived = new SemaphoreSlim(0);
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var one = await StartAsync(async (context, run) =>
        {
            arrived.Release();
            await (run == 1 ? rest.Task : Task.CompletedTask);
            context.AddCacheTags("a");
            await context.Response.WriteAsync($"run {run}");
        });
        await using var other = await StartAsync();

        var filling = one.GetAsync("/a");
        await arrived.WaitAsync();
        await other.Cache.EvictByTagAsync("a");
        rest.SetResult();

        Assert.Equal("MISS run 1", await filling);
        Assert.Equal("MISS run 2", await one.GetAsync("/a"));
        Assert.Equal("HIT run 2", await one.GetAsync("/a"));
    }

    [Fact]
    public async Task K6_ConcurrentMissesOfFourInstances_RunTheHandlerOnce()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var apps = new List<CacheApp>();

        for (var i = 0; i < 4; i++)
        {
            apps.Add(await StartAsync(async (context, run) =>
            {
                await rest.Task;
                await context.Response.WriteAsync($"run {run}");
            }));
        }

        var requests = apps.SelectMany(static app => Enumerable.Range(0, 25).Select(_ => app.GetAsync("/a"))).ToArray();
        await WaitAsync(() => apps.Sum(static app => app.Services.Fills.Waiters) == 96 && _store.Calls.Count(static call => call.Name == "lead") >= 4);
        rest.SetResult();

        // Those who look again do so by the clock.
        var all = Task.WhenAll(requests);

        while (!all.IsCompleted)
        {
            apps.ForEach(static app => app.Clock.Advance(TimeSpan.FromMilliseconds(1)));
            await Task.Yield();
        }

        Assert.Equal(1, apps.Sum(static app => app.Runs));
        Assert.Single(await all, static answer => answer == "MISS run 1");
        await WaitAsync(() => _store.Leads.Count == 0);
        apps.ForEach(static app => app.DisposeAsync().AsTask().Wait());
    }

    [Fact]
    public async Task K7_LeadOfAnInstanceThatDied_IsWaitedForUntilTheTimeout()
    {
        await using var app = await StartAsync();
        var name = "";
        await app.GetAsync("/a");
        name = _store.Entries.Keys.Single();
        _store.Entries.Clear();
        _store.Leads[name] = "somebody else";

        var request = app.GetAsync("/a");

        while (!request.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        Assert.Equal("MISS run 2", await request);
        Assert.True(app.Clock.GetElapsedTime(0) >= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task K7_CallerWhoGoesAwayWhileItIsToldThatItLeads_LeavesNoLeadBehind()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var led = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await CacheApp.StartAsync(
            static (context, run) => context.Response.WriteAsync($"run {run}"),
            static o => o.Store = "fake",
            web => web.Use((context, next) =>
            {
                context.RequestAborted.Register(gone.SetResult);
                return next(context);
            }),
            stores: [_store]);
        _store.Leading = () =>
        {
            led.TrySetResult();
            return gone.Task;
        };
        using var end = new CancellationTokenSource();
        var request = app.App.Client.GetAsync(new Uri(app.App.Address, "/a"), end.Token);
        await led.Task;

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        await WaitAsync(() => _store.Calls.Any(static call => call.Name == "end"));
        await WaitAsync(() => _store.Leads.Count == 0);
        Assert.Equal(0, app.Runs);
    }

    [Fact]
    public async Task K7_LeadWhoseAnswerCameTooLate_IsGivenBack()
    {
        await using var app = await StartAsync();
        _store.Leading = static () => Task.FromException(new RouteCacheStoreException("It came too late."));

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));

        await WaitAsync(() => _store.Leads.Count == 0);
    }

    [Fact]
    public async Task K7_AnswerThatIsNotKept_LetsTheOthersPassForAWhile()
    {
        await using var app = await StartAsync((context, run) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync($"run {run}");
        });

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        await WaitAsync(() => _store.Leads.ContainsValue("-"));
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Eviction_WithoutACacheOfItsOwn_ReachesTheStoreOfTheSection()
    {
        await using var app = await StartAsync(options: static o => o.Tags = ["a"]);
        await using var worker = await CacheApp.StartAsync(
            static (context, _) => Task.CompletedTask,
            entries: "request_id",
            settings: [new("RouteMiddleware:Cache:Store", "fake")],
            stores: [_store]);
        await app.GetAsync("/a");

        await worker.Cache.EvictByTagAsync("a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K4_ValueThatIsBrokenOrAnotherKeys_IsAMissAndTakenOut()
    {
        await using var app = await StartAsync(static (context, run) => run == 3 ? Task.FromException(new InvalidOperationException()) : context.Response.WriteAsync($"run {run}"));
        await app.GetAsync("/a");
        await app.GetAsync("/b");
        var a = _store.Entries.Single(static pair => pair.Value.Value.Span.IndexOf("run 1"u8) >= 0);
        var b = _store.Entries.Single(static pair => pair.Value.Value.Span.IndexOf("run 2"u8) >= 0);

        // As if their names were one; and the next maker fails.
        _store.Entries[a.Key] = b.Value;
        using var response = await app.SendAsync("/a");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.False(_store.Entries.ContainsKey(a.Key));
        Assert.Equal("HIT run 2", await app.GetAsync("/b"));
        Assert.Single(app.App.Logs.Records, static record => record.Level == LogLevel.Warning && record.Message.Contains("can't be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Body_LargerThanTheStoreTakes_FlowsAndIsNotKept()
    {
        await using var app = await StartAsync((context, run) => context.Response.WriteAsync(new string('x', 100_001)));

        for (var i = 0; i < 2; i++)
        {
            using var response = await app.SendAsync("/a");
            Assert.Equal(100_001, (await response.Content.ReadAsStringAsync()).Length);
        }

        Assert.Equal(2, app.Runs);
        Assert.Empty(_store.Entries);
    }

    private static async Task WaitAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        while (!holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Task<CacheApp> StartAsync(Func<HttpContext, int, Task>? handler = null, Action<CacheOptions>? options = null)
        => CacheApp.StartAsync(
            handler ?? (static (context, run) => context.Response.WriteAsync($"run {run}")),
            o =>
            {
                o.Store = "fake";
                options?.Invoke(o);
            },
            stores: [_store]);
}
