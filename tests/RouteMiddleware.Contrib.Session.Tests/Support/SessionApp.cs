using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>An application with the routes of the login flow, and whatever a test adds behind its session.</summary>
internal static class SessionApp
{
    public const string Secret = "base64:T2hWfm9QA2+qBCBu8uWMjeTGpg2WgYPcnA/8d1smLT0=";

    /// <summary>Leaves out what each request logs, for tests that make very many.</summary>
    public static void Quiet(WebApplicationBuilder builder) => builder.Logging.SetMinimumLevel(LogLevel.Warning);

    public static async Task<TestApp> StartAsync(
        string engine,
        Action<RouteGroupBuilder>? map = null,
        TimeProvider? clock = null,
        Dictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplication>? configure = null,
        string environment = "Production",
        RedisServer? redis = null,
        string? prefix = null,
        string? configuration = null,
        TimeProvider? serverClock = null)
    {
        var all = EnginesAttribute.SettingsOf(engine);

        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        var connection = engine.StartsWith(EnginesAttribute.Redis, StringComparison.Ordinal)
            ? new Dictionary<string, string?> { ["Configuration"] = configuration ?? (redis ?? await SharedRedis.GetAsync()).Configuration, ["KeyPrefix"] = prefix ?? SharedRedis.NewPrefix() }
            : [];

        return await TestApp.StartAsync(
            builder =>
            {
                if (clock is not null)
                {
                    builder.Services.AddSingleton(clock);
                }

                services?.Invoke(builder);
                builder.Services.AddRouteMiddleware().AddSession();

                if ((serverClock ?? clock) is { } shifted)
                {
                    Shift(builder.Services, shifted);
                }
            },
            app =>
            {
                configure?.Invoke(app);
                var group = app.MapGroup("").WithMiddleware("session");
                MapRoutes(group);
                map?.Invoke(group);
            },
            [
                .. all.Select(static pair => new KeyValuePair<string, string?>($"RouteMiddleware:Session:{pair.Key}", pair.Value)),
                .. connection.Select(static pair => new KeyValuePair<string, string?>($"RouteMiddleware:Redis:{pair.Key}", pair.Value)),
            ],
            environment);
    }

    // The scripts read the clock of the test; the connection keeps the true one.
    private static void Shift(IServiceCollection services, TimeProvider clock)
    {
        var connection = services.Last(static service => service.ServiceType == typeof(IRedisConnection)).ImplementationType!;
        services.AddSingleton<IRedisConnection>(provider => new ShiftedRedis((IRedisConnection)ActivatorUtilities.CreateInstance(provider, connection), clock));
    }

    private static void MapRoutes(RouteGroupBuilder group)
    {
        group.MapPost("/login/{user}", (string user, RouteSession session) =>
        {
            session.UserId = user;
            session.RotateId();
            return Results.Ok(new { user });
        });
        group.MapGet("/profile", (HttpContext context) => $"profile of {context.User.Identity?.Name}").WithMiddleware("session_auth");
        group.MapPost("/logout", (RouteSession session) => session.Flush());
        group.MapGet("/untouched", () => "ok");
        group.MapGet("/get/{key}", (string key, RouteSession session) => session.Get<string>(key) ?? "(none)");
        group.MapPost("/set/{key}/{value}", (string key, string value, RouteSession session) => session.Set(key, value));
        group.MapPost("/remove/{key}", (string key, RouteSession session) => session.Remove(key));
        group.MapPost("/add/{key}", async (string key, RouteSession session) => await session.UpdateAsync<int>(key, static old => old + 1));
        group.MapGet("/keys", (RouteSession session) => string.Join(' ', session.Keys.Order(StringComparer.Ordinal)));
        group.MapGet("/id", (RouteSession session) => session.Id);
    }
}
