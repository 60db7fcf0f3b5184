using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>What the cache does while a store of many instances does not answer.</summary>
public sealed class CacheStoreAwayTests
{
    private readonly FakeStore _store = new();

    [Fact]
    public async Task StoreAway_HandlersRun_AndItIsToldOnceAndOnceMoreWhenItIsBack()
    {
        await using var app = await StartAsync();
        await app.GetAsync("/a");
        _store.IsAway = true;

        for (var run = 2; run < 7; run++)
        {
            Assert.Equal($"MISS run {run}", await app.GetAsync("/a"));
        }

        _store.IsAway = false;
        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
        Assert.Single(app.App.Logs.Records, static record => record.Level == LogLevel.Warning && record.Message.Contains("'fake' of the cache does not serve", StringComparison.Ordinal));
        Assert.Single(app.App.Logs.Records, static record => record.Level == LogLevel.Information && record.Message.Contains("'fake' of the cache serves again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StoreAway_ConcurrentMisses_RunTheHandlerOnceAndHandItsAnswerOver(bool fromTheBeginning)
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(async (context, run) =>
        {
            await (run == 1 ? rest.Task : Task.CompletedTask);
            context.Response.Headers.Vary = "X-A";
            await context.Response.WriteAsync($"run {run}");
        });
        _store.IsAway = fromTheBeginning;

        var requests = Enumerable.Range(0, 20).Select(_ => app.GetAsync("/a", ("X-A", "1"))).ToList();
        requests.Add(app.GetAsync("/a", ("X-A", "2")));
        await WaitAsync(() => app.Services.Fills.Waiters == 20 && app.Runs == 1);
        _store.IsAway = true;
        rest.SetResult();
        var answers = await Task.WhenAll(requests);

        // Another header, another answer; the first to come may be either.
        Assert.InRange(app.Runs, 2, 21);
        Assert.NotEqual(answers[20][^1], answers[0][^1]);
        Assert.Equal(0, app.Services.Fills.Count);
    }

    [Fact]
    public async Task StoreAway_Misses_AreCountedWithTheReasonStore()
    {
        var counted = new ConcurrentQueue<string>();
        await using var app = await StartAsync();
        var meters = app.App.App.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "routemiddleware.cache.requests" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();
        _store.IsAway = true;

        await app.GetAsync("/a");
        _store.IsAway = false;
        await app.GetAsync("/a");
        await app.GetAsync("/a");

        Assert.Equal(["1 /{**path} miss store", "1 /{**path} miss none", "1 /{**path} hit none"], counted);
    }

    [Fact]
    public async Task StoreAway_Eviction_ThrowsToItsCaller()
    {
        await using var app = await StartAsync();
        _store.IsAway = true;

        await Assert.ThrowsAsync<RouteCacheStoreException>(() => app.Cache.EvictByTagAsync("a").AsTask());
        await Assert.ThrowsAsync<RouteCacheStoreException>(() => app.Cache.EvictAllAsync().AsTask());
    }

    [Fact]
    public async Task StoreAway_RequestThatChangesSomething_IsAnsweredAndToldOf()
    {
        await using var app = await StartAsync(options: static o => o.Mode = CacheMode.Rfc9111);
        _store.IsAway = true;

        using var response = await app.SendAsync(HttpMethod.Post, "/a");

        Assert.True(response.IsSuccessStatusCode);
        Assert.Contains(app.App.Logs.Records, static record => record.Level == LogLevel.Error && record.Message.Contains("could not be taken out of the cache", StringComparison.Ordinal));
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
