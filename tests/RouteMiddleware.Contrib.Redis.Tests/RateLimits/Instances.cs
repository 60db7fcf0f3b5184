using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Instances of one application on one Redis.</summary>
internal sealed class Instances : IAsyncDisposable
{
    /// <summary>The header by which a caller says from which address it comes; the applications of these tests believe it.</summary>
    public const string AddressHeader = "X-Test-Address";

    private readonly List<TestApp> _apps = [];

    public TestApp this[int index] => _apps[index];

    public int Count => _apps.Count;

    public static async Task<Instances> StartAsync(
        int count,
        string redis,
        Action<WebApplication> app,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<IServiceCollection>? services = null)
    {
        var instances = new Instances();

        for (var i = 0; i < count; i++)
        {
            instances._apps.Add(await StartOneAsync(redis, app, settings, services));
        }

        return instances;
    }

    public static async Task<TestApp> StartOneAsync(
        string? redis,
        Action<WebApplication> app,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<IServiceCollection>? services = null,
        bool waits = true)
    {
        var started = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware().AddRedis();
                services?.Invoke(builder.Services);
            },
            application =>
            {
                application.Use((context, next) =>
                {
                    if (context.Request.Headers[AddressHeader] is [{ } address])
                    {
                        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
                    }

                    return next(context);
                });
                app(application);
            },
            [
                .. redis is null ? [] : new KeyValuePair<string, string?>[] { new("RouteMiddleware:Redis:Configuration", redis) },
                new("RouteMiddleware:RateLimit:Store", "redis"),
                new("RouteMiddleware:RateLimit:StoreTimeout", "5s"),
                .. settings ?? [],
            ]);

        if (waits && redis is not null)
        {
            var connection = started.App.Services.GetRequiredService<IRedisConnection>();
            await connection.CallAsync("ping", static database => database.PingAsync(), TimeSpan.FromSeconds(20));
            await Eventually.HoldsAsync(() => connection.IsAvailable);
        }

        return started;
    }

    public static KeyValuePair<string, string?> Setting(string key, string value) => new($"RouteMiddleware:RateLimit:{key}", value);

    public Task<HttpResponseMessage> SendAsync(int instance, string path = "/", string? address = null) => _apps[instance % _apps.Count].SendAsync(path, address);

    /// <summary>Sends requests to all instances in turn, so many at a time, and counts the answers by status.</summary>
    public async Task<Dictionary<HttpStatusCode, int>> FloodAsync(int requests, int atATime, string path = "/", string? address = null)
    {
        var counts = new Dictionary<HttpStatusCode, int>();
        var sent = 0;

        await Task.WhenAll(Enumerable.Range(0, atATime).Select(async _ =>
        {
            while (Interlocked.Increment(ref sent) is var number && number <= requests)
            {
                using var answer = await SendAsync(number, path, address);

                lock (counts)
                {
                    counts[answer.StatusCode] = counts.GetValueOrDefault(answer.StatusCode) + 1;
                }
            }
        }));

        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }
}
