using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>A request that two pipelines answer, each with the session in it.</summary>
public sealed class ReExecutionTests
{
    [Theory]
    [Engines]
    public async Task StatusPage_SeesAndKeepsWhatTheHandlerSet_WithOneCookie(string engine)
    {
        await using var app = await StartAsync(engine);

        foreach (var isNew in new[] { true, false })
        {
            var browser = new Browser(app);

            if (!isNew)
            {
                await browser.DoAsync("/set/a/1");
            }

            using var response = await browser.PostAsync("/missing");

            Assert.Equal(404, (int)response.StatusCode);
            Assert.Equal(isNew ? "page sees first" : "page sees a first", await response.Content.ReadAsStringAsync());
            Assert.Single(browser.SetCookies);
            Assert.Equal(isNew ? "first second" : "a first second", await browser.ReadAsync("/keys"));
        }
    }

    [Theory]
    [Engines]
    public async Task ErrorPage_ReadsTheSession_WithoutWhatTheHandlerSet(string engine)
    {
        await using var app = await StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        using var response = await browser.PostAsync("/throw");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("page sees a", await response.Content.ReadAsStringAsync());
        Assert.Empty(browser.SetCookies);
        Assert.Equal("a", await browser.ReadAsync("/keys"));
    }

    private static Task<TestApp> StartAsync(string engine) => SessionApp.StartAsync(
        engine,
        static group =>
        {
            group.MapPost("/missing", static (RouteSession session) =>
            {
                session.Set("first", 1);
                return Results.NotFound();
            });
            group.MapPost("/throw", static string (RouteSession session) =>
            {
                session.Set("first", 1);
                throw new InvalidDataException();
            });
        },
        configure: static app =>
        {
            app.UseExceptionHandler("/page");
            app.UseStatusCodePagesWithReExecute("/page");
            app.MapGroup("").WithMiddleware("session").MapPost("/page", static (RouteSession session) =>
            {
                var seen = string.Join(' ', session.Keys.Order(StringComparer.Ordinal));
                session.Set("second", 1);
                return "page sees " + seen;
            });
        });
}
