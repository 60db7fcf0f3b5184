using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis.Connections;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Support;

/// <summary>An application that uses a Redis, and nothing else.</summary>
internal sealed class RedisApp : IAsyncDisposable
{
    public static readonly RedisScript Add = new("add", "return redis.call('INCRBY', KEYS[1], ARGV[1])");

    /// <summary>What a call has that is to fail, or that is made again until it succeeds.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(250);

    /// <summary>What a call has that is to succeed, on a machine that is busy with other tests.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestApp _app;

    private RedisApp(TestApp app)
    {
        _app = app;
        Redis = app.App.Services.GetRequiredService<IRedisConnection>();
    }

    public IRedisConnection Redis { get; }

    public IServiceProvider Services => _app.App.Services;

    public TestApp App => _app;

    /// <summary>What the connection logged.</summary>
    public IEnumerable<LogRecord> Logs => _app.Logs.Records.Where(static record => record.Category.StartsWith("RouteMiddleware.Contrib.Redis", StringComparison.Ordinal));

    public static async Task<RedisApp> StartAsync(
        string? configuration,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplication>? map = null,
        params KeyValuePair<string, string?>[] settings)
        => new(await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware().AddRedisConnection();
                services?.Invoke(builder);
            },
            app =>
            {
                // Something uses it, as a middleware with a store there would.
                app.Services.GetRequiredService<IRedisConnection>();
                map?.Invoke(app);
            },
            [new("RouteMiddleware:Redis:Configuration", configuration), .. settings]));

    /// <summary>Starts one whose Redis is there, and waits for the connection.</summary>
    public static async Task<RedisApp> StartConnectedAsync(
        string? configuration,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplication>? map = null,
        params KeyValuePair<string, string?>[] settings)
    {
        var app = await StartAsync(configuration, services, map, settings);
        await app.ConnectedAsync();
        return app;
    }

    /// <summary>Waits for the connection: on a busy machine the first may take longer than a call has.</summary>
    public async Task ConnectedAsync()
    {
        await ((RedisConnection)Redis).Connected.WaitAsync(TimeSpan.FromSeconds(30));
        await Redis.CallAsync("ping", static database => database.PingAsync(), TimeSpan.FromSeconds(30));
    }

    /// <summary>Adds one to a key.</summary>
    public async ValueTask<int> AddAsync(string key, TimeSpan? limit = null)
        => (int)await Redis.EvaluateAsync(Add, [Redis.KeyPrefix + key], [1], limit ?? Patience);

    /// <summary>Whether a call succeeds at the moment.</summary>
    public Task<bool> AnswersAsync() => AnswersAsync(Limit);

    /// <inheritdoc cref="AnswersAsync()"/>
    public async Task<bool> AnswersAsync(TimeSpan limit)
    {
        try
        {
            await AddAsync("{probe}", limit);
            return true;
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
