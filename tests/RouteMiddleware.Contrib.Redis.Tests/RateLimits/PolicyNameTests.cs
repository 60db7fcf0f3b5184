using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Which limits count together, and under which keys.</summary>
public sealed class PolicyNameTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly Action<WebApplication> TwoRoutes = static app =>
    {
        app.MapGet("/a/{id}", static () => "a").WithMiddleware("rate_limit:1/1h");
        app.MapGet("/b", static () => "b").WithMiddleware("rate_limit:1/1h");
    };

    [Fact]
    public async Task R19_Limits_OfTwoRoutes_AreTwo_AndOneForAllValuesOfAParameter()
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync(TwoRoutes);

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/a/1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/a/2"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/b"));
        Assert.Equal(2, (await redis.Server.LimitKeysAsync()).Length);
    }

    [Fact]
    public async Task R18_Restart_OfTheApplication_ResetsNoCounter()
    {
        await redis.EmptyAsync();

        await using (var first = await StartAsync(TwoRoutes))
        {
            Assert.Equal(HttpStatusCode.OK, await first.StatusAsync("/a/1"));
        }

        // Another version: routes in another order, another one in front.
        await using var second = await StartAsync(static app =>
        {
            app.MapGet("/new", static () => "new").WithMiddleware("rate_limit:1/1h");
            app.MapGet("/b", static () => "b").WithMiddleware("rate_limit:1/1h");
            app.MapGet("/a/{id}", static () => "a").WithMiddleware("rate_limit:1/1h");
        });

        Assert.Equal(HttpStatusCode.TooManyRequests, await second.StatusAsync("/a/2"));
        Assert.Equal(HttpStatusCode.OK, await second.StatusAsync("/b"));
        Assert.Equal(HttpStatusCode.OK, await second.StatusAsync("/new"));
    }

    [Fact]
    public async Task R18_Reload_OfThePermitLimit_KeepsWhatIsTaken()
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync(
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit"),
            Instances.Setting("PermitLimit", "1"),
            Instances.Setting("Window", "1h"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync());

        app.App.Configuration["RouteMiddleware:RateLimit:PermitLimit"] = "2";
        ((IConfigurationRoot)app.App.Configuration).Reload();

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync());
    }

    [Fact]
    public async Task Limits_ThatAreAlikeAtOnePlace_CountApart()
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:2/1h", "rate_limit:2/1h"));

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync());
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync());
        Assert.Equal(2, (await redis.Server.LimitKeysAsync()).Length);
    }

    [Fact]
    public async Task Name_OfTwoLimits_MakesThemOne()
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync(static app =>
        {
            app.MapGet("/a", static () => "a").WithRateLimit(Login);
            app.MapGet("/b", static () => "b").WithRateLimit(Login);
            app.MapGet("/c", static () => "c").WithRateLimit(static o => (o.Name, o.PermitLimit, o.Window) = ("login", 3, TimeSpan.FromHours(2)));
        });

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/a"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/b"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/a"));

        // Another window can't count what this one forgets.
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/c"));

        static void Login(RateLimitOptions o) => (o.Name, o.PermitLimit, o.Window) = ("login", 2, TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Applications_OnOneRedis_CountApart_UnlessTheirLimitsHaveAName()
    {
        await redis.EmptyAsync();
        await using var shop = await StartAsync("shop");
        await using var blog = await StartAsync("blog");

        Assert.Equal(HttpStatusCode.OK, await shop.StatusAsync("/own"));
        Assert.Equal(HttpStatusCode.OK, await blog.StatusAsync("/own"));
        Assert.Equal(HttpStatusCode.OK, await shop.StatusAsync("/common"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await blog.StatusAsync("/common"));

        Task<TestApp> StartAsync(string name) => Instances.StartOneAsync(
            redis.Server.Configuration,
            static app =>
            {
                app.MapGet("/own", static () => "ok").WithMiddleware("rate_limit:1/1h");
                app.MapGet("/common", static () => "ok").WithRateLimit(static o => (o.Name, o.PermitLimit) = ("common", 1));
            },
            services: services => services.AddSingleton<IHostEnvironment>(new Named(name)));
    }

    [Fact]
    public async Task R13_Keys_WhateverCallersWrite_AreNeverAlike_AndHoldNothingOfIt()
    {
        await redis.EmptyAsync();
        await using var app = await StartAsync(
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:1/1h"),
            Instances.Setting("PartitionBy", "header:X-A+header:X-B"));
        (string A, string B)[] callers = [("a:b", "c"), ("a", "b:c"), ("1:a", "b"), ("{a}", "b"), ("a", "{b}"), ("*", "?"), ("a b", "c"), ("rm:rl:", "x"), (new string('z', 300), "y"), (new string('z', 301), "y")];

        foreach (var (a, b) in callers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/", UriKind.Relative));
            request.Headers.Add("X-A", a);
            request.Headers.Add("X-B", b);
            using var answer = await app.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var keys = await redis.Server.LimitKeysAsync();
        Assert.Equal(callers.Length, keys.Length);
        Assert.All(keys, static key => Assert.Matches("^rm:rl:\\{h[0-9a-f]{32}\\}:[0-9a-f]{16}$", key));
    }

    private Task<TestApp> StartAsync(Action<WebApplication> app, params KeyValuePair<string, string?>[] settings)
        => Instances.StartOneAsync(redis.Server.Configuration, app, settings);

    private sealed class Named(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = name;

        public string ContentRootPath { get; set; } = "";

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
