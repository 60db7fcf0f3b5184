using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Contrib.Session.Tests.Support;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>The members that handlers use.</summary>
public sealed class RouteSessionTests
{
    [Theory]
    [Engines]
    public async Task Values_OfAllKinds_ComeBackAsTheyWere(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group =>
        {
            group.MapPost("/write", static (RouteSession session) =>
            {
                session["text"] = "ä\u2028\"";
                session["int"] = 5;
                session["long"] = 5_000_000_000;
                session["double"] = 1.5;
                session["bool"] = true;
                session["null"] = null;
                session["list"] = new List<int> { 1, 2 };
                session.Set("cart", new Cart("ada", [3, 4]));
            });
            group.MapPost("/read", static (RouteSession session) =>
            {
                Assert.Equal("ä\u2028\"", session["text"]);
                Assert.Equal(5, session["int"]);
                Assert.Equal(5_000_000_000, session["long"]);
                Assert.Equal(1.5, session["double"]);
                Assert.Equal(true, session["bool"]);
                Assert.Null(session["null"]);
                Assert.True(session.ContainsKey("null"));
                Assert.Equal(2, ((JsonElement)session["list"]!).GetArrayLength());
                Assert.Equal([1, 2], session.Get<int[]>("list")!);
                Assert.Equal("ada", session.Get<Cart>("cart")!.Owner);
                Assert.Equal(0, session.Get<int>("nothing"));
                Assert.Null(session["nothing"]);
                Assert.Null(session.Get<string>("Text"));
                Assert.Equal(8, session.Count);
                Assert.False(session.IsNew);
                Assert.False(session.IsModified);
                Assert.True(session.IsAvailable);
            });
        });
        var browser = new Browser(app);

        await browser.DoAsync("/write");
        await browser.DoAsync("/read");

        Assert.Empty(browser.SetCookies);
    }

    [Theory]
    [Engines]
    public async Task Get_GivesACopy(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/copy", static (RouteSession session) =>
        {
            var list = new List<int> { 1 };
            session.Set("list", list);
            list.Add(2);
            session.Get<List<int>>("list")!.Add(3);
            Assert.Equal([1], session.Get<List<int>>("list")!);
        }));

        await new Browser(app).DoAsync("/copy");
    }

    [Theory]
    [Engines]
    public async Task Members_WithinOneRequest_ShowItsChanges(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/task", static async (RouteSession session) =>
        {
            Assert.False(session.IsModified);
            Assert.False(session.Remove("nothing"));
            Assert.False(session.IsModified);
            Assert.True(session.Remove("a"));
            Assert.True(session.IsModified);
            Assert.False(session.ContainsKey("a"));
            session.Set("b", 1);
            Assert.Equal(["b"], session.Keys);
            Assert.Equal(2, await session.UpdateAsync<int>("b", static old => old + 1));
            Assert.Equal(2, session.Get<int>("b"));

            var id = session.Id;
            session.RotateId();
            Assert.NotEqual(id, session.Id);
            Assert.Equal(session.Id, session.Id);
            Assert.Equal(2, session.Get<int>("b"));

            session.UserId = "ada";
            session.Clear();
            Assert.Equal(0, session.Count);
            Assert.Null(session.UserId);
            Assert.False(session.IsNew);

            id = session.Id;
            session.Flush();
            Assert.NotEqual(id, session.Id);
            Assert.True(session.IsNew);
            session.Set("c", "new");
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");
        var old = browser.Copy();

        await browser.DoAsync("/task");

        Assert.Equal("c", await browser.ReadAsync("/keys"));
        Assert.Equal("", await old.ReadAsync("/keys"));
    }

    [Theory]
    [Engines]
    public async Task S20_ValuesDeeperThan16_AreRefused(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/deep/{depth:int}", static (int depth, RouteSession session) =>
        {
            object value = 1;

            for (var i = 0; i < depth; i++)
            {
                value = new[] { value };
            }

            session["deep"] = value;
        }));
        var browser = new Browser(app);

        await browser.DoAsync("/deep/15");
        using var response = await browser.PostAsync("/deep/17");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Theory]
    [Engines]
    public async Task Arguments_ThatMakeNoSense_AreRefused(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/odd", static async (RouteSession session) =>
        {
            Assert.ThrowsAny<ArgumentException>(() => session.Set("", 1));
            Assert.ThrowsAny<ArgumentException>(() => session.Get<int>(null!));
            Assert.ThrowsAny<ArgumentException>(() => session[""]);
            Assert.Throws<ArgumentOutOfRangeException>(() => session.SetExpiry(TimeSpan.FromTicks(-1)));
            await Assert.ThrowsAsync<ArgumentNullException>(() => session.UpdateAsync<int>("a", null!));
            Assert.False(session.IsModified);
        }));

        await new Browser(app).DoAsync("/odd");
    }

    [Theory]
    [InlineData("Production", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("Development", HttpStatusCode.InternalServerError)]
    public async Task S15_TooMuchForTheCookie_IsATypedErrorAtTheWrite_AndNoCookieIsCut(string environment, HttpStatusCode expected)
    {
        await using var app = await SessionApp.StartAsync(
            EnginesAttribute.Encrypted,
            static group =>
            {
                group.MapPost("/fill/{size:int}", static (int size, RouteSession session) => session.Set("big", new string('x', size)));
                group.MapPost("/caught", static (RouteSession session) =>
                {
                    var error = Assert.Throws<SessionTooLargeException>(() => session.Set("big", new string('x', 4096)));
                    Assert.True(error.Size > error.Limit);
                    Assert.Equal(4096, error.Limit);
                    session.Set("small", "kept");
                });
            },
            environment: environment);
        var browser = new Browser(app);

        await browser.DoAsync("/fill/2800");
        Assert.InRange(Assert.Single(browser.SetCookies).Length, 3000, 4096);
        using var response = await browser.PostAsync("/fill/3200");
        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(browser.SetCookies);
        await browser.DoAsync("/caught");
        Assert.Equal("big small", await browser.ReadAsync("/keys"));
        Assert.Equal(2800, (await browser.ReadAsync("/get/big")).Length);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(70_000)]
    public async Task S15_TooLongAUser_IsATypedErrorAtTheWrite(int length)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Encrypted, group =>
        {
            group.MapPost("/user", (RouteSession session) => session.UserId = new('u', length));
            group.MapPost("/caught", (RouteSession session) =>
            {
                var id = session.Id;
                Assert.Throws<SessionTooLargeException>(() => session.UserId = new('u', length));
                Assert.Equal("ada", session.UserId);
                Assert.Equal(id, session.Id);
            });
        });
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");

        using var response = await browser.PostAsync("/user");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await browser.DoAsync("/caught");
        Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
    }

    [Theory]
    [Engines]
    public async Task PlainSession_OfAspNetCore_SharesTheData(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group =>
        {
            group.MapPost("/plain", static async (HttpContext context) =>
            {
                await context.Session.LoadAsync();
                Assert.Equal("routed", context.Session.GetString("routed"));
                context.Session.SetString("text", "ünï");
                context.Session.SetInt32("number", 255);
                context.Session.Set("bytes", [0xff, 0x00, 0x22]);
                await context.Session.CommitAsync();
                Assert.Contains("number", context.Session.Keys);
                Assert.Equal(context.GetRouteSession().Id, context.Session.Id);
            });
            group.MapPost("/check", static (HttpContext context, RouteSession session) =>
            {
                Assert.Equal("ünï", session.Get<string>("text"));
                Assert.Equal(255, context.Session.GetInt32("number"));
                Assert.Equal([0xff, 0x00, 0x22], context.Session.Get("bytes"));
                context.Session.Remove("bytes");
                Assert.False(session.ContainsKey("bytes"));
                Assert.True(context.Session.IsAvailable);
                context.Session.Clear();
            });
        });
        var browser = new Browser(app);
        await browser.DoAsync("/set/routed/routed");

        await browser.DoAsync("/plain");
        await browser.DoAsync("/check");

        Assert.Null(browser.Cookie);
    }

    private sealed record Cart(string Owner, int[] Items);
}
