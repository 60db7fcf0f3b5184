using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session;
using RouteMiddleware.Middleware.Auth;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>
/// Serves one JSON route over Kestrel, for a load generator: bare; with request id, timing, security headers, JWT, limit and signed-cookie session by ourselves; the same
/// by ASP.NET Core's own parts; the same by hand-tuned code. With a Redis, limit and session are there.
/// </summary>
internal static class WireServer
{
    private const string Secret = "base64:n2r8Zl0bq3uT6yW1cV5xA9kE4mS7gH0dJfLoPiXzRtY=";

    private const int Limit = 1_000_000_000;

    public static byte[] Key { get; } = Convert.FromBase64String(Secret["base64:".Length..]);

    public static async Task RunAsync(string variant, int port, string? redis)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["RouteMiddleware:Auth:Secret"] = Secret,
            ["RouteMiddleware:Session:Secret"] = Secret,
            ["RouteMiddleware:RateLimit:Window"] = "1m",
            ["RouteMiddleware:RateLimit:Algorithm"] = "fixed",
            ["RouteMiddleware:RateLimit:PermitLimit"] = Limit.ToString(CultureInfo.InvariantCulture),
        });
        var middleware = builder.Services.AddRouteMiddleware();
        middleware.AddSession().AddRedis();
        var database = redis is null ? null : (await ConnectionMultiplexer.ConnectAsync(redis)).GetDatabase();

        if (redis is not null)
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["RouteMiddleware:Redis:Configuration"] = redis,
                ["RouteMiddleware:Session:Engine"] = "redis",
                ["RouteMiddleware:RateLimit:Store"] = "redis",
            });
        }

        switch (variant)
        {
            case "inbox" when database is not null:
                InBoxRedis.AddServices(builder.Services, database, Limit);
                break;
            case "inbox":
                InBoxParts.AddServices(builder.Services, Limit);
                break;
        }

        var app = builder.Build();
        MapCredentials(app, isSigned: database is null || variant is not ("hand" or "inbox"));

        switch (variant)
        {
            case "bare":
                app.MapGet("/", () => new Answer("hello", 1));
                break;
            case "ours":
                app.MapGet("/", (RouteSession session) => new Answer("hello", session.Get<int>("visits")))
                    .WithMiddleware("request_id", "timing", "security_headers")
                    .WithMiddleware("auth", "rate_limit", "session");
                break;
            case "inbox" when database is not null:
                InBoxRedis.Map(app);
                break;
            case "inbox":
                InBoxParts.Map(app);
                break;
            case "hand" when database is not null:
                HandTunedRedis.Map(app, database, Limit);
                break;
            case "hand":
                HandTuned.Map(app, Limit);
                break;
            default:
                throw new ArgumentException($"There is no variant '{variant}': bare, ours, inbox, hand.", nameof(variant));
        }

        await app.RunAsync();
    }

    // What the load generator sends: one token, and a cookie for each of the two ways of signing.
    private static void MapCredentials(WebApplication app, bool isSigned)
    {
        app.MapGet("/token", (IJwtIssuer issuer) => issuer.Issue([new("sub", "1"), new("name", "alice"), new("role", "user")], TimeSpan.FromHours(1)));
        app.MapGet("/cookie", (RouteSession session) => session.Set("visits", 1)).WithMiddleware("session");

        if (isSigned)
        {
            app.MapGet("/hand-cookie", () => SignedValue.Sign("1"));
        }
    }
}
