using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>An application with one handler for every path behind a cache, and how often it ran.</summary>
internal sealed class CacheApp : IAsyncDisposable
{
    private int _runs;

    private CacheApp(ManualClock clock) => Clock = clock;

    public ManualClock Clock { get; }

    public TestApp App { get; private set; } = null!;

    public int Runs => Volatile.Read(ref _runs);

    public IRouteCache Cache => App.App.Services.GetRequiredService<IRouteCache>();

    public CacheServices Services => App.App.Services.GetRequiredService<CacheServices>();

    /// <summary>Starts the application.</summary>
    /// <param name="handler">Answers; gets the number of its run.</param>
    /// <param name="options">Options of the cache.</param>
    /// <param name="front">What stands in front of the chain.</param>
    /// <param name="entries">The route's chain, in which <c>cache</c> is the one with the options.</param>
    /// <param name="settings">Configuration values.</param>
    /// <param name="stores">Stores of many instances.</param>
    public static async Task<CacheApp> StartAsync(
        Func<HttpContext, int, Task> handler,
        Action<CacheOptions>? options = null,
        Action<IApplicationBuilder>? front = null,
        string entries = "cache",
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        IEnumerable<IRouteCacheStore>? stores = null)
    {
        var app = new CacheApp(new ManualClock());

        app.App = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(app.Clock);

                foreach (var store in stores ?? [])
                {
                    builder.Services.AddSingleton(store);
                }

                builder.Services.AddRouteMiddleware();
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
            settings);

        if (stores is not null)
        {
            // As behind one balancer: the host is part of the key.
            app.App.Client.DefaultRequestHeaders.Host = "shop.example";
        }

        return app;
    }

    /// <summary>An application whose answer tells the run.</summary>
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

    /// <summary>What a request gets: <c>HIT run 1</c>.</summary>
    public async Task<string> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(path, headers);
        var body = await response.Content.ReadAsStringAsync();
        var status = response.StatusCode == HttpStatusCode.OK ? "" : $"{(int)response.StatusCode} ";
        return $"{status}{Assert.Single(response.Headers.GetValues("X-Cache"))} {body}".TrimEnd();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
