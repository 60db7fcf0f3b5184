using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheReplayTests
{
    private const string All = "request_id timing security_headers rate_limit:1000/1m";

    [Theory]
    [InlineData(All + " cache", true)]
    [InlineData("cache " + All, false)]
    public async Task K12_HeadersOfOtherMiddleware_AreOnceAndFresh(string entries, bool areInFront)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            web =>
            {
                web.UseRouteMiddleware();
                web.MapGet("/a", static () => "hello").WithMiddleware(entries.Split(' '));
            },
            [new("RouteMiddleware:RequestId:HeaderName", "X-My-Id")]);

        using var miss = await app.Client.GetAsync(new Uri(app.Address, "/a"));
        using var hit = await app.Client.GetAsync(new Uri(app.Address, "/a"));

        Assert.Equal("HIT", Assert.Single(hit.Headers.GetValues("X-Cache")));
        Assert.Equal("hello", await hit.Content.ReadAsStringAsync());
        Assert.Single(miss.Headers.GetValues("X-My-Id"));
        Assert.Equal("DENY", Assert.Single(hit.Headers.GetValues("X-Frame-Options")));

        foreach (var name in (string[])["X-My-Id", "X-Response-Time", "X-RateLimit-Remaining", "RateLimit"])
        {
            Assert.Equal(areInFront, hit.Headers.Contains(name));
        }

        if (areInFront)
        {
            Assert.NotEqual(Assert.Single(miss.Headers.GetValues("X-My-Id")), Assert.Single(hit.Headers.GetValues("X-My-Id")));
            Assert.Equal(("999", "998"), (Assert.Single(miss.Headers.GetValues("X-RateLimit-Remaining")), Assert.Single(hit.Headers.GetValues("X-RateLimit-Remaining"))));
            Assert.Single(hit.Headers.GetValues("X-Response-Time"));
        }
    }

    [Theory]
    [InlineData("X-Request-ID")]
    [InlineData("X-Correlation-ID")]
    [InlineData("traceparent")]
    [InlineData("Server-Timing")]
    [InlineData("X-Response-Time")]
    [InlineData("X-RateLimit-Remaining")]
    [InlineData("RateLimit-Policy")]
    [InlineData("Retry-After")]
    [InlineData("Age")]
    [InlineData("X-Excluded")]
    [InlineData("X-Hop")]
    public async Task K12_HeadersOfOneRequest_AreNotReplayed(string name)
    {
        await using var app = await CacheApp.StartAsync(
            context =>
            {
                context.Response.Headers[name] = "7";
                context.Response.Headers["X-Own"] = new(["1", "2"]);

                if (name == "X-Hop")
                {
                    context.Response.Headers.Connection = "x-hop, keep-alive";
                }
            },
            static o => o.ExcludeHeaders = ["x-excluded"]);

        using var miss = await app.SendAsync("/a");
        using var hit = await app.SendAsync("/a");

        Assert.True(miss.Headers.Contains(name));
        Assert.Equal(name == "Age", hit.Headers.Contains(name));
        Assert.Equal(["1", "2"], hit.Headers.GetValues("X-Own"));
    }

    [Fact]
    public async Task K12_HeadersSetInFront_StayThoseOfTheRequest()
    {
        var count = 0;
        await using var app = await CacheApp.StartAsync(front: web => web.Use((context, next) =>
        {
            context.Response.Headers["X-Count"] = $"{++count}";
            context.Response.Headers.Append("Link", "<front>");
            context.Response.Headers.Append("Set-Cookie", $"visit={count}");
            return next(context);
        }));

        // A cookie that stands there already could be anybody's: nothing is kept then.
        await app.GetAsync("/a");
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K12_HeadersSetInFrontAndChangedBehind_AreReplayedAsAnswered()
    {
        var count = 0;
        await using var app = await CacheApp.StartAsync(
            static context => context.Response.Headers.Append("Link", "<behind>"),
            front: web => web.Use((context, next) =>
            {
                context.Response.Headers["X-Count"] = $"{++count}";
                context.Response.Headers.Append("Link", "<front>");
                return next(context);
            }));

        await app.GetAsync("/a");
        using var hit = await app.SendAsync("/a");

        Assert.Equal("2", Assert.Single(hit.Headers.GetValues("X-Count")));
        Assert.Equal(["<front>", "<behind>"], hit.Headers.GetValues("Link"));
    }

    [Fact]
    public async Task Date_OfAHit_IsThatOfTheRequest()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Response.Headers.Date = "Tue, 01 Jan 2019 00:00:00 GMT");

        await app.GetAsync("/a");
        using var hit = await app.SendAsync("/a");

        Assert.NotEqual(2019, hit.Headers.Date?.Year);
    }

    [Fact]
    public async Task TwoCaches_InOneChain_DontWaitForEachOther()
    {
        await using var app = await CacheApp.StartAsync((context, run) => context.Response.WriteAsync($"run {run}"), entries: "cache:1m cache:1m");

        Assert.Equal("MISS run 1", await app.GetAsync("/a").WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
    }
}
