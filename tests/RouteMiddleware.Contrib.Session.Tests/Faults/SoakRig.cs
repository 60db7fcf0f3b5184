using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>One application with sessions, limits and a cache on one server, for all rounds.</summary>
internal sealed class SoakRig : IAsyncDisposable
{
    public const int Limit = 10;
    public const string AddressHeader = "X-Test-Address";

    private volatile bool _isFaulty;
    private volatile bool _mayForget;

    private SoakRig(Persistence persistence, RedisServer server, ChaosProxy? proxy, TestApp app)
    {
        (Persistence, Server, Proxy, App) = (persistence, server, proxy, app);
        Redis = app.App.Services.GetRequiredService<IRedisConnection>();
    }

    public Persistence Persistence { get; }

    public RedisServer Server { get; }

    /// <summary>What stands on the way to the server, on one of the rigs.</summary>
    public ChaosProxy? Proxy { get; }

    public TestApp App { get; }

    public IRedisConnection Redis { get; }

    public Measures Measures { get; } = new();

    public SoakHistory History { get; } = new();

    /// <summary>The name of the round's fault.</summary>
    public string Round { get; set; } = "";

    /// <summary>Whether the fault is on at the moment.</summary>
    public bool IsFaulty
    {
        get => _isFaulty;
        set => _isFaulty = value;
    }

    /// <summary>Whether the store may have forgotten something in this round.</summary>
    public bool MayForget
    {
        get => _mayForget;
        set => _mayForget = value;
    }

    public static async Task<SoakRig> StartAsync(Persistence persistence)
    {
        string[] kept = persistence switch
        {
            Persistence.Written => ["--appendonly", "yes", "--appendfsync", "no"],
            Persistence.EverySecond => ["--appendonly", "yes", "--appendfsync", "everysec"],
            _ => [],
        };
        var server = await RedisServer.StartAsync([.. kept, "--busy-reply-threshold", "50"]);
        var proxy = persistence == Persistence.Written ? ChaosProxy.Start(server.Port) : null;
        var app = await TestApp.StartAsync(
            static builder =>
            {
                // What is refused again and again would fill the memory.
                builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("RouteMiddleware.Contrib.Session", LogLevel.Critical);
                builder.Services.AddRouteMiddleware().AddSession().AddRedis();
            },
            Map,
            [
                new("RouteMiddleware:Redis:Configuration", proxy?.Configuration ?? server.Configuration),
                new("RouteMiddleware:Session:Engine", "redis"),
                new("RouteMiddleware:RateLimit:Store", "redis"),
                new("RouteMiddleware:RateLimit:PermitLimit", $"{Limit}"),
                new("RouteMiddleware:RateLimit:Window", "1h"),
                new("RouteMiddleware:Cache:Store", "redis"),
            ]);
        return new(persistence, server, proxy, app);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await (Proxy?.DisposeAsync() ?? default);
        await Server.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            if (context.Request.Headers[AddressHeader] is [{ } address])
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            }

            return next(context);
        });
        app.MapGet("/plain", static () => "plain");
        app.MapGet("/local", static () => "ok").WithRateLimit(static o => o.OnStoreFailure = RateLimitStoreFailure.Local);
        app.MapGet("/closed", static () => "ok").WithRateLimit(static o => o.OnStoreFailure = RateLimitStoreFailure.Closed);
        app.MapGet("/cached/{key}", static (string key) => $"{key}/").WithCache(static o => o.Duration = TimeSpan.FromSeconds(2));

        var sessions = app.MapGroup("/session").WithMiddleware("session");
        sessions.MapPost("/begin/{who}", static (string who, RouteSession session) =>
        {
            session.Set("who", who);
            session.Set("n", 0);
        });
        sessions.MapPost("/add", static async (RouteSession session) => $"{await session.UpdateAsync<int>("n", static old => old + 1)} {session.Get<string>("who")}");
        sessions.MapPost("/set/{field}/{value:int}", static (string field, int value, RouteSession session) =>
        {
            session.Set(field, value);
            return $"{value} {session.Get<string>("who")}";
        });
        sessions.MapGet("/get/{field}", static (string field, RouteSession session) => $"{session.Get<int>(field)} {session.Get<string>("who")}");
    }
}
