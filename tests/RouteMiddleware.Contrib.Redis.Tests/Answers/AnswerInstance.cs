using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Answers;

/// <summary>One of several instances of an application whose answers lie in Redis.</summary>
internal sealed class AnswerInstance : IAsyncDisposable
{
    private readonly TestApp _app;
    private readonly Counter _counter;

    private AnswerInstance(TestApp app, Counter counter) => (_app, _counter) = (app, counter);

    public int Runs => Volatile.Read(ref _counter.Runs);

    public IRouteCache Cache => _app.App.Services.GetRequiredService<IRouteCache>();

    public LogSink Logs => _app.Logs;

    public static async Task<AnswerInstance> StartAsync(string configuration, Func<HttpContext, int, Task>? handler = null, Action<CacheOptions>? options = null, bool waits = true)
    {
        var counter = new Counter();
        var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddRedis(configuration),
            web =>
            {
                web.UseRouteMiddleware();
                web.MapGroup("")
                    .WithCache(o =>
                    {
                        (o.Store, o.StoreTimeout) = ("redis", TimeSpan.FromSeconds(10));
                        options?.Invoke(o);
                    })
                    .Map("/{**path}", context =>
                    {
                        var run = Interlocked.Increment(ref counter.Runs);
                        return handler?.Invoke(context, run) ?? context.Response.WriteAsync($"run {run}");
                    });
            });
        var instance = new AnswerInstance(app, counter);

        // As behind one balancer: the host is part of the key.
        app.Client.DefaultRequestHeaders.Host = "shop.example";

        if (waits)
        {
            await instance.WaitForStoreAsync();
        }

        return instance;
    }

    /// <summary>Waits until an eviction succeeds.</summary>
    public Task<TimeSpan> WaitForStoreAsync() => Eventually.HoldsAsync(async () =>
    {
        try
        {
            await Cache.EvictByTagAsync("nothing");
            return true;
        }
        catch (RouteCacheStoreException)
        {
            return false;
        }
    });

    /// <summary>What a request gets: <c>HIT run 1</c>.</summary>
    public async Task<string> GetAsync(string path)
    {
        using var response = await _app.Client.GetAsync(new Uri(_app.Address, path));
        var status = response.IsSuccessStatusCode ? "" : ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture) + " ";
        return $"{status}{Assert.Single(response.Headers.GetValues("X-Cache"))} {await response.Content.ReadAsStringAsync()}";
    }

    public async Task<(string Answer, TimeSpan Time)> TimeAsync(string path)
    {
        var started = Stopwatch.GetTimestamp();
        return (await GetAsync(path), Stopwatch.GetElapsedTime(started));
    }

    public Task<HttpResponseMessage> PostAsync(string path) => _app.Client.PostAsync(new Uri(_app.Address, path), content: null);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Counter
    {
        public int Runs;
    }
}
