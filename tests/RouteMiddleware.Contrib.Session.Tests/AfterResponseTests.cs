using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S12 and S24: a session that hooks use when the handler is through.</summary>
public sealed class AfterResponseTests
{
    [Theory]
    [InlineData("/outer", "text")]
    [InlineData("/outer", "empty")]
    [InlineData("/inner", "text")]
    [InlineData("/inner", "empty")]
    [InlineData("/outer", "text-set")]
    [InlineData("/outer", "empty-set")]
    [InlineData("/inner", "text-set")]
    [InlineData("/inner", "empty-set")]
    [InlineData("/outer", "untouched")]
    [InlineData("/inner", "untouched")]
    public async Task S12_ChangeByAHookAfterTheResponse_IsSavedWithOneCookie(string place, string way)
    {
        foreach (var engine in new[] { EnginesAttribute.Encrypted, EnginesAttribute.Memory, EnginesAttribute.Redis })
        {
            await using var app = await StartAsync(engine);
            var browser = new Browser(app);
            await browser.DoAsync("/set/a/1");

            using var response = await browser.PostAsync($"{place}/{way}?do=write");

            Assert.True(response.IsSuccessStatusCode);
            Assert.Single(browser.SetCookies);
            Assert.Equal(way.EndsWith("set", StringComparison.Ordinal) ? "a hook way" : "a hook", await browser.ReadAsync("/keys"));
        }
    }

    [Theory]
    [InlineData("/outer", "text")]
    [InlineData("/inner", "text-set")]
    [InlineData("/inner", "empty")]
    public async Task S12_ChangeByAHookThatComesTooLate_IsAnErrorAndNotSilence(string place, string way)
    {
        await using var app = await StartAsync(EnginesAttribute.Turns);
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        using var response = await browser.PostAsync($"{place}/{way}?do=write");

        Assert.True(response.IsSuccessStatusCode);
        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "ChangedTooLate");
        Assert.DoesNotContain("hook", await browser.ReadAsync("/keys"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/outer")]
    [InlineData("/inner")]
    public async Task S12_HookThatEndsWhatTheHandlerSaved_SetsNoCookie(string place)
    {
        await using var app = await StartAsync(EnginesAttribute.Memory);
        var browser = new Browser(app);

        using var response = await browser.PostAsync($"{place}/text-set?do=flush");

        Assert.Empty(browser.SetCookies);
        Assert.Equal("", await browser.ReadAsync("/keys"));
    }

    [Theory]
    [Engines]
    public async Task Hook_ReadsTheSessionAfterTheResponse_WithAndWithoutABody(string engine)
    {
        await using var app = await StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");

        foreach (var path in new[] { "/outer/text", "/outer/empty", "/inner/text", "/inner/empty", "/outer/untouched", "/inner/untouched" })
        {
            using var response = await browser.PostAsync(path + "?do=read");
            Assert.Equal(["ada"], response.Headers.GetValues("X-User"));
        }
    }

    [Fact]
    public async Task SessionKeptBeyondABodylessAnswer_IsRefused()
    {
        var (ended, kept) = (new TaskCompletionSource(), default(RouteSession));
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Memory, group => group.MapPost("/keep", (HttpContext context, RouteSession session) =>
        {
            // Registered first, so called last.
            context.Response.OnCompleted(() =>
            {
                ended.SetResult();
                return Task.CompletedTask;
            });
            kept = session;
            _ = session.Count;
        }));

        await new Browser(app).DoAsync("/keep");
        await ended.Task;

        Assert.Throws<InvalidOperationException>(() => kept!.Count);
    }

    [Theory]
    [Engines]
    public async Task S24_ErrorThatAHookInsideAnswersBelow500_ChangesNothing(string engine)
    {
        await using var app = await StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        using var response = await browser.PostAsync("/inner/throw");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Empty(browser.SetCookies);
        Assert.Equal("a", await browser.ReadAsync("/keys"));
    }

    private static Task<TestApp> StartAsync(string engine) => SessionApp.StartAsync(
        engine,
        static group => Map(group.MapGroup("/inner").WithMiddleware("session_hook")),
        services: static builder => builder.Services.AddRouteMiddleware().AddMiddleware<SessionHook>("session_hook"),
        configure: static app => Map(app.MapGroup("/outer").WithMiddleware("session_hook").MapGroup("").WithMiddleware("session")));

    private static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/text", static (RouteSession session) => $"{session.Count}");
        group.MapPost("/empty", static (RouteSession session) => Results.StatusCode(session.Count < 0 ? 500 : 204));
        group.MapPost("/text-set", static (RouteSession session) =>
        {
            session.Set("way", 1);
            return "text";
        });
        group.MapPost("/empty-set", static (RouteSession session) => session.Set("way", 1));
        group.MapPost("/untouched", static () => "text");
        group.MapPost("/throw", static string (RouteSession session) =>
        {
            session.Set("bad", 1);
            throw new InvalidDataException();
        });
    }

    private sealed class SessionHook : HookMiddleware
    {
        public override async ValueTask AfterResponseAsync(HttpContext context)
        {
            var session = context.GetRouteSession();
            await session.LoadAsync(context.RequestAborted);

            switch (context.Request.Query["do"])
            {
                case "read":
                    context.Response.Headers["X-User"] = session.UserId;
                    break;
                case "write":
                    session.Set("hook", session.Get<int>("hook") + 1);
                    break;
                case "flush":
                    session.Flush();
                    break;
            }
        }

        public override ValueTask<IResult?> OnErrorAsync(HttpContext context, Exception exception) => new(Results.Conflict("mapped"));
    }
}
