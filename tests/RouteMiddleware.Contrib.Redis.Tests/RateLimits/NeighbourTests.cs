using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Several limits of one chain.</summary>
public sealed class NeighbourTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Neighbours_OfOneCaller_TakeOneRoundTrip()
    {
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:10/1h", "rate_limit:5/1m", "rate_limit:7/1s"));

        Assert.Equal(1, await CallsAsync(app, "/"));
        using var answer = await app.SendAsync("/", "192.0.2.9");
        Assert.Equal("5", answer.Header("X-RateLimit-Limit"));
        Assert.Equal("3", answer.Header("X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task Neighbours_OfTheGlobalList_TakeOneRoundTrip_AndTheRouteAnother()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:10/1d");
            },
            new("RouteMiddleware:Middleware:0", "rate_limit:10/1h"),
            new("RouteMiddleware:Middleware:1", "rate_limit:7/2h"));

        Assert.Equal(2, await CallsAsync(app, "/"));
    }

    [Fact]
    public async Task Neighbours_OfSeveralKindsOfCallers_AreAskedApart()
    {
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok")
            .WithMiddleware("rate_limit:10/1h")
            .WithRateLimit(static o => o.PartitionBy = "global")
            .WithMiddleware("rate_limit:10/1m"));

        Assert.Equal(3, await CallsAsync(app, "/"));
    }

    [Fact]
    public async Task Neighbours_BehindARefusal_AreNotAsked_AndThoseInFrontCount()
    {
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:4/1h", "rate_limit:1/2h", "rate_limit:9/3h"));

        Assert.Equal("200 429 429 429 429", await StatusesAsync(app, 5));
        Assert.Equal("4 1 1", await UsedAsync());

        async Task<string> UsedAsync()
        {
            // Of the log of each: the permits in use stand in front, the window tells which it is.
            var ages = new List<(long Ttl, int Used)>();

            foreach (var key in await redis.Server.LimitKeysAsync())
            {
                var used = await redis.Server.CommandAsync("EVAL", "return struct.unpack('<I4', redis.call('GET', KEYS[1]))", "1", key);
                ages.Add((long.Parse(await redis.Server.CommandAsync("PTTL", key)), int.Parse(used)));
            }

            return string.Join(' ', ages.OrderBy(static age => age.Ttl).Select(static age => age.Used));
        }
    }

    [Fact]
    public async Task Neighbours_InOrderOrAlone_SayTheSame()
    {
        // A condition keeps the limits of the second route apart; it is met by all requests.
        await using var app = await StartAsync(static app =>
        {
            var joined = app.MapGet("/joined", static () => "ok");
            var apart = app.MapGet("/apart/x", static () => "ok");

            foreach (var (limit, window) in new[] { (6, 1), (4, 2), (5, 3) })
            {
                joined.WithRateLimit(o => (o.PermitLimit, o.Window) = (limit, TimeSpan.FromHours(window)));
                apart.WithMiddleware(new MiddlewareEntry($"rate_limit:{limit}/{window}h") { Include = ["/apart"] });
            }
        });

        for (var i = 0; i < 10; i++)
        {
            using var joined = await app.SendAsync("/joined");
            using var apart = await app.SendAsync("/apart/x");
            Assert.Equal(apart.StatusCode, joined.StatusCode);

            foreach (var header in new[] { "X-RateLimit-Limit", "X-RateLimit-Remaining", "RateLimit-Policy" })
            {
                Assert.Equal(apart.Header(header), joined.Header(header));
            }
        }
    }

    [Fact]
    public async Task Neighbours_WhereAnInnerOneRefuses_GiveThePermitsOfAMomentBack()
    {
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok")
            .WithRateLimit(static o => (o.Algorithm, o.PermitLimit) = (RateLimitAlgorithm.Concurrency, 2))
            .WithMiddleware("rate_limit:1/1h"));

        // The concurrent one is asked each time, for it must; were its permits kept, the third would be its refusal.
        Assert.Equal("200 429 429 429 429", await StatusesAsync(app, 5));
        using var refused = await app.SendAsync();
        Assert.Equal("1", refused.Header("X-RateLimit-Limit"));
    }

    [Fact]
    public async Task ErrorPage_OfAnAdmittedRequest_TakesNoPermit()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseExceptionHandler("/error");
                app.UseRouteMiddleware();
                app.MapGet("/", static string () => throw new InvalidOperationException("broken"));
                app.MapGet("/error", static () => Results.Text("sorry", statusCode: 500));
            },
            new("RouteMiddleware:Middleware:0", "rate_limit:2/1h"),
            new("RouteMiddleware:Middleware:1", "rate_limit:2/2h"));

        Assert.Equal("500 500 429", await StatusesAsync(app, 3));
    }

    private static async Task<string> StatusesAsync(TestApp app, int count)
    {
        var statuses = new List<int>();

        for (var i = 0; i < count; i++)
        {
            statuses.Add((int)await app.StatusAsync());
        }

        return string.Join(' ', statuses);
    }

    private async Task<int> CallsAsync(TestApp app, string path)
    {
        // The first call of all sends the script's text besides.
        await app.StatusAsync(path);
        await redis.Server.CommandAsync("CONFIG", "RESETSTAT");
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync(path, "192.0.2.9"));
        return await redis.Server.ScriptCallsAsync();
    }

    private async Task<TestApp> StartAsync(Action<WebApplication> app, params KeyValuePair<string, string?>[] settings)
    {
        await redis.EmptyAsync();
        return await Instances.StartOneAsync(redis.Server.Configuration, app, settings);
    }
}
