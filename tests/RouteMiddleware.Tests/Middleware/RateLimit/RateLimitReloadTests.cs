using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitReloadTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task R18_Edit_OfAnotherPart_ResetsNoCounter()
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));

        Edit(app, "RouteMiddleware:SecurityHeaders:Overwrite", "true");

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R18_Edit_OfTheLimit_CountsFromTheNextRequestOn()
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));

        Edit(app, "RouteMiddleware:RateLimit:PermitLimit", "2");

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R18_Edit_ThatSwapsTwoLimits_NeitherResetsNorSwapsTheirCounters()
    {
        await using var app = await Limits.StartAsync(
            _clock,
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", () => "ok");
                app.MapGet("/other", () => "ok");
            },
            [
                new("RouteMiddleware:Middleware:0", "rate_limit:3/1m"),
                new("RouteMiddleware:Middleware:1", "rate_limit:1/1s"),
            ]);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));

        app.App.Configuration["RouteMiddleware:Middleware:0"] = "rate_limit:1/1s";
        Edit(app, "RouteMiddleware:Middleware:1", "rate_limit:3/1m");

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task Store_ThatNobodyBrought_StopsTheStart()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(("Store", "redis"), ("OnStoreFailure", "closed"), ("StoreTimeout", "2m"), ("QueueLimit", "-1")));

        foreach (var expected in new[] { "Store ('redis') must be memory, the only store that is there: call AddRedis()", "StoreTimeout (00:02:00)", "QueueLimit (-1)" })
        {
            Assert.Contains(error.Faults, fault => fault.What.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("local")]
    [InlineData("Open")]
    [InlineData("CLOSED")]
    public async Task StoreOptions_WithTheMemoryStore_ChangeNothing(string onFailure)
    {
        await using var app = await StartAsync(("Store", "memory"), ("OnStoreFailure", onFailure), ("StoreTimeout", "20ms"));

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task Preflight_OfAnAnsweringRoute_TakesNoPermitOfTheGlobalLimit()
    {
        await using var app = await Limits.StartAsync(
            _clock,
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", () => "ok").WithMiddleware<Answering>();
            },
            [new("RouteMiddleware:Middleware:0", "rate_limit:1/1m")]);

        for (var i = 0; i < 3; i++)
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, new Uri("/", UriKind.Relative));
            preflight.Headers.Add("Origin", "https://app.example.com");
            preflight.Headers.Add("Access-Control-Request-Method", "GET");
            using var answer = await app.Client.SendAsync(preflight);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Null(answer.Header("RateLimit"));
        }

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    private static void Edit(TestApp app, string key, string value)
    {
        app.App.Configuration[key] = value;
        ((IConfigurationRoot)app.App.Configuration).Reload();
    }

    private Task<TestApp> StartAsync(params (string Key, string Value)[] settings)
        => Limits.StartAsync(
            _clock,
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", () => "ok").WithMiddleware("rate_limit");
            },
            [
                new("RouteMiddleware:Middleware:0", "security_headers"),
                new("RouteMiddleware:RateLimit:PermitLimit", "1"),
                .. settings.Select(static setting => new KeyValuePair<string, string?>($"RouteMiddleware:RateLimit:{setting.Key}", setting.Value)),
            ]);

    private sealed class Answering : IMiddleware, IAnswerPreflight
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public Task AnswerPreflightAsync(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
    }
}
