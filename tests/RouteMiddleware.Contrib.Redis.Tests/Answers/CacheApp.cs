using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

// The core's tests of the cache run here too, unchanged, on Redis: they find this application where theirs was.
namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>An application with one handler for every path behind a cache on a Redis of its own, and how often it ran.</summary>
internal sealed class CacheApp : IAsyncDisposable
{
    private int _runs;

    private CacheApp(ManualClock clock) => Clock = clock;

    public ManualClock Clock { get; }

    public TestApp App { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public int Runs => Volatile.Read(ref _runs);

    public IRouteCache Cache => App.App.Services.GetRequiredService<IRouteCache>();

    public static async Task<CacheApp> StartAsync(
        Func<HttpContext, int, Task> handler,
        Action<CacheOptions>? options = null,
        Action<IApplicationBuilder>? front = null,
        string entries = "cache",
        IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        var app = new CacheApp(new ManualClock()) { Redis = await RedisServer.StartAsync() };

        app.App = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(app.Clock);
                builder.Services.AddRouteMiddleware().AddRedis(app.Redis.Configuration);
            },
            web =>
            {
                front?.Invoke(web);
                web.UseRouting();
                web.UseRouteMiddleware();
                var group = web.MapGroup("");

                foreach (var entry in entries.Split(' '))
                {
                    _ = entry == "cache" ? group.WithCache(options ?? (static _ => { })) : group.WithMiddleware(entry);
                }

                group.Map("/{**path}", context => handler(context, Interlocked.Increment(ref app._runs)));
            },
            [new("RouteMiddleware:Cache:Store", "redis"), new("RouteMiddleware:Cache:StoreTimeout", "00:00:20"), .. settings ?? []]);

        // The first call may come before the connection.
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await app.Cache.EvictByTagAsync("nothing");
                return true;
            }
            catch (RouteCacheStoreException)
            {
                return false;
            }
        });
        return app;
    }

    public static Task<CacheApp> StartAsync(Action<HttpContext>? prepare = null, Action<CacheOptions>? options = null, Action<IApplicationBuilder>? front = null)
        => StartAsync(
            (context, run) =>
            {
                prepare?.Invoke(context);
                return context.Response.WriteAsync($"run {run}");
            },
            options,
            front);

    public Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(App.Address, path));

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await App.Client.SendAsync(request);
    }

    public async Task<string> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(path, headers);
        var body = await response.Content.ReadAsStringAsync();
        var status = response.StatusCode == HttpStatusCode.OK ? "" : $"{(int)response.StatusCode} ";
        return $"{status}{Assert.Single(response.Headers.GetValues("X-Cache"))} {body}".TrimEnd();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
