using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>The session together with what keeps an answer back: compression and the cache.</summary>
public sealed class CombinationTests
{
    public static TheoryData<string, string> Saves
    {
        get
        {
            var saves = new TheoryData<string, string>();

            foreach (var chain in (string[])["gzip session", "session gzip", "cache session", "session cache", "cache gzip session", "session cache gzip", "session gzip cache"])
            {
                foreach (var way in (string[])["before", "stream", "text", "unflushed", "result"])
                {
                    saves.Add(chain, way);
                }
            }

            return saves;
        }
    }

    [Theory]
    [MemberData(nameof(Saves))]
    public async Task S10_SaveThatFails_IsA503Alone(string chain, string way)
    {
        await using var app = await StartAsync(chain, new FailingEngine { SaveFails = true });

        using var response = await GetAsync(app, $"/{way}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        using var problem = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("session_unavailable", problem.RootElement.GetProperty("code").GetString());
    }

    [Theory]
    [MemberData(nameof(Saves))]
    public async Task S10_SaveThatSucceeds_SendsTheWholeBodyAndTheCookie(string chain, string way)
    {
        await using var app = await StartAsync(chain, new FailingEngine());

        using var response = await GetAsync(app, $"/{way}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("Set-Cookie"));
        Assert.Equal("stale", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("gzip session", "/throw/stream")]
    [InlineData("gzip session", "/throw/unflushed")]
    [InlineData("session", "/throw/unflushed")]
    [InlineData("cache session", "/throw/unflushed")]
    public async Task ExceptionHandlerInside_AnswersAlone(string chain, string path)
    {
        await using var app = await StartAsync(chain, new FailingEngine());

        using var response = await GetAsync(app, path);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("handled", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("session", "/cached/ours")]
    [InlineData("session", "/cached/in-box")]
    [InlineData("session", "/cached/parameter")]
    public async Task CacheBehindTheSession_GivesTheSession_AndKeepsNoAnswerThatUsedIt(string chain, string path)
    {
        await using var app = await StartAsync(chain, new FailingEngine());

        for (var i = 0; i < 2; i++)
        {
            using var response = await GetAsync(app, path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("MISS", Assert.Single(response.Headers.GetValues("X-Cache")));
            Assert.Equal("seen", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task CacheBehindAnUntouchedSession_KeepsTheAnswer()
    {
        await using var app = await StartAsync("session", new FailingEngine());
        using var first = await GetAsync(app, "/cached/untouched");

        using var second = await GetAsync(app, "/cached/untouched");

        Assert.Equal("HIT", Assert.Single(second.Headers.GetValues("X-Cache")));
    }

    private static Task<HttpResponseMessage> GetAsync(TestApp app, string path) => app.Client.GetAsync(new Uri(path, UriKind.Relative));

    private static Task<TestApp> StartAsync(string chain, FailingEngine engine)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<ISessionEngineSource>(engine);
                var added = builder.Services.AddRouteMiddleware().AddSession();

                foreach (var entry in chain.Split(' '))
                {
                    added.Use(entry);
                }
            },
            static app =>
            {
                app.UseRouteMiddleware();
                app.UseWhen(
                    static context => context.Request.Path.StartsWithSegments("/throw", StringComparison.Ordinal),
                    static inner => inner.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled"))));
                app.UseRouting();
                Map(app);
            },
            [new("RouteMiddleware:Session:Secret", SessionApp.Secret)]);

    private static void Map(WebApplication app)
    {
        foreach (var way in (string[])["before", "stream", "text", "unflushed"])
        {
            app.MapGet($"/{way}", (RequestDelegate)(context => WriteAsync(context, way)));
            app.MapGet($"/throw/{way}", (RequestDelegate)(async context =>
            {
                await WriteAsync(context, way);
                throw new InvalidOperationException("broken");
            }));
        }

        app.MapGet("/result", static (RouteSession session) => Changed(session, Results.Text("stale")));

        var cached = app.MapGroup("/cached").WithMiddleware("cache");
        cached.MapGet("/ours", static async (HttpContext context) =>
        {
            await context.GetRouteSession().LoadAsync();
            return context.GetRouteSession().ContainsKey("a") ? "" : "seen";
        });
        cached.MapGet("/in-box", static async (HttpContext context) =>
        {
            await context.Session.LoadAsync();
            return context.Session.TryGetValue("a", out _) ? "" : "seen";
        });
        cached.MapGet("/parameter", static (RouteSession session) => session.ContainsKey("a") ? "" : "seen");
        cached.MapGet("/untouched", static () => "seen");
    }

    private static IResult Changed(RouteSession session, IResult result)
    {
        session.Set("a", 1);
        return result;
    }

    private static async Task WriteAsync(HttpContext context, string way)
    {
        context.Response.ContentType = "text/plain";

        if (way == "before")
        {
            // What went to the body before the session changed.
            context.Response.BodyWriter.Write("stale"u8);
        }

        await context.GetRouteSession().LoadAsync(context.RequestAborted);
        context.GetRouteSession().Set("a", 1);

        switch (way)
        {
            case "stream":
                await context.Response.Body.WriteAsync("stale"u8.ToArray());
                break;
            case "text":
                await context.Response.WriteAsync("stale");
                break;
            case "unflushed":
                context.Response.BodyWriter.Write("stale"u8);
                break;
        }
    }
}
