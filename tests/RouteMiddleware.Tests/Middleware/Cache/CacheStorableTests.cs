using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheStorableTests
{
    [Theory]
    [InlineData("Cache-Control", "no-store")]
    [InlineData("Cache-Control", "private")]
    [InlineData("Cache-Control", "PRIVATE, max-age=60")]
    [InlineData("Cache-Control", "private=\"X-Foo\"")]
    [InlineData("Cache-Control", "no-cache")]
    [InlineData("Cache-Control", "no-cache=\"Set-Cookie\"")]
    [InlineData("Cache-Control", "max-age=0")]
    [InlineData("Cache-Control", "public, max-age=0")]
    [InlineData("Cache-Control", "s-maxage=0, max-age=60")]
    [InlineData("Cache-Control", "max-age=60, max-age=0")]
    [InlineData("Cache-Control", "max-age=0, max-age=60")]
    [InlineData("Cache-Control", "max-age=soon")]
    [InlineData("Cache-Control", "max-age=-1")]
    [InlineData("Cache-Control", "x=\"a, b\" , no-store")]
    [InlineData("Pragma", "no-cache")]
    [InlineData("Expires", "0")]
    [InlineData("Expires", "Tue, 01 Jan 2030 12:00:00 GMT")]
    [InlineData("Vary", "*")]
    [InlineData("Vary", "Accept, *")]
    [InlineData("Set-Cookie", "a=b")]
    [InlineData("Content-Range", "bytes 0-5/9")]
    [InlineData("Content-Type", "text/event-stream")]
    [InlineData("Trailer", "X-Sum")]
    public async Task K3_Answer_ThatForbidsIt_IsNotKept(string name, string value)
    {
        await using var app = await CacheApp.StartAsync(context => context.Response.Headers.Append(name, value));

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData("public")]
    [InlineData("max-age=60")]
    [InlineData("max-age=99999999999999999999")]
    [InlineData("must-revalidate")]
    [InlineData("x-no-store, community=\"no-store\"")]
    [InlineData("")]
    public async Task Answer_ThatAllowsIt_IsKept(string cacheControl)
    {
        await using var app = await CacheApp.StartAsync(context => context.Response.Headers.CacheControl = cacheControl);
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData("Cache-Control", "max-age=5")]
    [InlineData("Cache-Control", "max-age=3600, s-maxage=5")]
    [InlineData("Cache-Control", "max-age=\"5\"")]
    [InlineData("Expires", "Tue, 01 Jan 2030 12:00:05 GMT")]
    public async Task Answer_ThatLivesShorterThanTheDuration_IsKeptThatLong(string name, string value)
    {
        await using var app = await CacheApp.StartAsync(context => context.Response.Headers.Append(name, value));
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromSeconds(4.999));
        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
        app.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData(201)]
    [InlineData(203)]
    [InlineData(206)]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(410)]
    [InlineData(413)]
    [InlineData(431)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task K5_Errors_AndAllElseBut200_AreNeverKept(int status)
    {
        await using var app = await CacheApp.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = "public, max-age=60";
        });

        Assert.Equal($"{status} MISS run 1", await app.GetAsync("/a"));
        Assert.Equal($"{status} MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K5_OversizeAndOverridingHeaders_DontReachOthers()
    {
        // The three of "Your Cache Has Fallen": an oversize header, a control character, a method override, each answered with an error by the handler.
        await using var app = await CacheApp.StartAsync((context, run) =>
        {
            var headers = context.Request.Headers;
            var isBad = headers.ContainsKey("X-Oversize") || headers.ContainsKey("X-Metachar") || headers.ContainsKey("X-HTTP-Method-Override");
            context.Response.StatusCode = isBad ? 400 : 200;
            return context.Response.WriteAsync(isBad ? "bad" : "good");
        });

        Assert.Equal("400 MISS bad", await app.GetAsync("/a", ("X-Oversize", new string('x', 6000))));
        Assert.Equal("400 MISS bad", await app.GetAsync("/a", ("X-Metachar", "\\u0007")));
        Assert.Equal("400 MISS bad", await app.GetAsync("/a", ("X-HTTP-Method-Override", "POST")));
        Assert.Equal("MISS good", await app.GetAsync("/a"));
        Assert.Equal("HIT good", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task ErrorPage_OfAnotherPass_IsNotAnsweredFromTheCache()
    {
        await using var app = await CacheApp.StartAsync(
            static (context, run) =>
            {
                context.Response.StatusCode = context.Request.Path == "/missing" ? 404 : context.Response.StatusCode;
                return context.Request.Path == "/missing" ? Task.CompletedTask : context.Response.WriteAsync("page");
            },
            front: static web => web.UseStatusCodePagesWithReExecute("/page"));

        Assert.Equal("MISS page", await app.GetAsync("/page"));
        Assert.Equal("HIT page", await app.GetAsync("/page"));
        Assert.Equal("404 MISS page", await app.GetAsync("/missing"));
    }

    [Fact]
    public async Task K3_AnswerThatUsedTheSession_IsNotKept()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Features.Set<ISessionUseFeature>(new Session { IsUsed = context.Request.Path == "/used" }));

        await app.GetAsync("/unused");
        await app.GetAsync("/used");

        Assert.Equal("HIT run 1", await app.GetAsync("/unused"));
        Assert.Equal("MISS run 3", await app.GetAsync("/used"));
    }

    [Fact]
    public async Task K3_AnswerThatUsedAspNetCoresSession_IsNotKept()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddDistributedMemoryCache().AddSession();
            },
            static web =>
            {
                web.UseSession();
                web.UseRouteMiddleware();
                web.MapGet("/used", static (HttpContext context) => context.Session.GetString("x") ?? "none").WithMiddleware("cache");
                web.MapGet("/unused", static () => "none").WithMiddleware("cache");
            });

        foreach (var (path, expected) in new[] { ("/used", "MISS"), ("/used", "MISS"), ("/unused", "MISS"), ("/unused", "HIT") })
        {
            using var response = await app.Client.GetAsync(new Uri(app.Address, path));
            Assert.Equal(expected, Assert.Single(response.Headers.GetValues("X-Cache")));
        }
    }

    [Theory]
    [InlineData("/c/me")]
    [InlineData("/c/me/x.css")]
    [InlineData("/c/me.css")]
    [InlineData("/c/me;x.css")]
    [InlineData("/c/me%2Fx.css")]
    [InlineData("/c/me%3Fx.css")]
    [InlineData("/c/me%23x.css")]
    [InlineData("/c/me%00x.css")]
    [InlineData("/c/me%0Ax.css")]
    [InlineData("/c/me/..%2Fstatic.js")]
    [InlineData("/static/..%2Fc/me")]
    [InlineData("/c/me?x.css")]
    [InlineData("/c/me/static/logo.png")]
    [InlineData("/c/me/robots.txt")]
    [InlineData("/c/me%2e%63ss")]
    public async Task K2_PathThatLooksStatic_GivesNobodyTheAnswerToAnother(string path)
    {
        // The handler says nothing about caching: it just reads who is there.
        await using var app = await CacheApp.StartAsync((context, _) => context.Response.WriteAsync($"secret of {context.Request.Cookies["user"] ?? "nobody"}"));

        var victim = await app.App.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: h\r\nCookie: user=alice\r\nConnection: close\r\n\r\n");
        var attacker = await app.App.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.DoesNotContain("alice", attacker, StringComparison.Ordinal);
        Assert.True(victim.StartsWith("HTTP/1.1 400", StringComparison.Ordinal) || victim.Contains("secret of alice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cookies_WhereTheOptionsOrTheAnswerNameThem_ChooseTheAnswer()
    {
        static Task Answer(HttpContext context, int run)
        {
            context.Response.Headers.Vary = context.Request.Path == "/vary" ? "Cookie" : default;
            return context.Response.WriteAsync($"{context.Request.Cookies["user"]} {run}");
        }

        await using var byVary = await CacheApp.StartAsync(Answer);
        await using var byOption = await CacheApp.StartAsync(Answer, static o => o.VaryByHeader = ["Cookie"]);

        foreach (var (app, path) in new[] { (byVary, "/vary"), (byOption, "/a") })
        {
            Assert.Equal("MISS a 1", await app.GetAsync(path, ("Cookie", "user=a")));
            Assert.Equal("MISS b 2", await app.GetAsync(path, ("Cookie", "user=b")));
            Assert.Equal("HIT a 1", await app.GetAsync(path, ("Cookie", "user=a")));
        }
    }

    private sealed class Session : ISessionUseFeature
    {
        public bool IsUsed { get; init; }
    }
}
