using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>An application with the routes of the login flow, and whatever a test adds behind its session.</summary>
internal static class SessionApp
{
    public const string Secret = "base64:T2hWfm9QA2+qBCBu8uWMjeTGpg2WgYPcnA/8d1smLT0=";

    public static Task<TestApp> StartAsync(
        string engine,
        Action<RouteGroupBuilder>? map = null,
        TimeProvider? clock = null,
        Dictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplication>? configure = null,
        string environment = "Production")
    {
        var all = EnginesAttribute.SettingsOf(engine);

        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        return TestApp.StartAsync(
            builder =>
            {
                if (clock is not null)
                {
                    builder.Services.AddSingleton(clock);
                }

                services?.Invoke(builder);
                builder.Services.AddRouteMiddleware().AddSession();
            },
            app =>
            {
                configure?.Invoke(app);
                var group = app.MapGroup("").WithMiddleware("session");
                MapRoutes(group);
                map?.Invoke(group);
            },
            all.Select(static pair => new KeyValuePair<string, string?>($"RouteMiddleware:Session:{pair.Key}", pair.Value)),
            environment);
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
