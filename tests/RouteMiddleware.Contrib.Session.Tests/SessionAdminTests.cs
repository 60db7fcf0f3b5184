using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S5: who manages sessions sees them all and ends them for good.</summary>
public sealed class SessionAdminTests
{
    [Theory]
    [Engines(RecordsOnly = true)]
    public async Task ListAsync_ShowsTheUsersSessionsAlone_AndTheCallersOwn(string engine)
    {
        await using var app = await StartAsync(engine);
        var (one, two, other) = (new Browser(app), new Browser(app), new Browser(app));
        await one.DoAsync("/login/ada");
        await two.DoAsync("/login/ada");
        await other.DoAsync("/login/bob");
        var gone = new Browser(app);
        await gone.DoAsync("/login/ada");
        await gone.DoAsync("/logout");

        var seen = await ListAsync(one);
        var elsewhere = await ListAsync(two);

        Assert.Equal(2, seen.Length);
        Assert.Single(seen, static session => session.IsCurrent);
        Assert.Equal(seen.Select(static session => session.Id).Order(), elsewhere.Select(static session => session.Id).Order());
        Assert.NotEqual(seen.Single(static session => session.IsCurrent).Id, elsewhere.Single(static session => session.IsCurrent).Id);
        Assert.All(seen, session =>
        {
            Assert.InRange(session.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
            Assert.InRange(session.LastSeenAt, session.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(1));
            Assert.Equal("(none)", new Browser(app, $"sessionid={session.Id}").ReadAsync("/get/a").Result);
            Assert.DoesNotContain(session.Id, one.Cookie + two.Cookie, StringComparison.Ordinal);
        });
    }

    [Theory]
    [Engines(RecordsOnly = true)]
    public async Task EndAsync_EndsThatSessionAlone_AlsoAfterARotation(string engine)
    {
        await using var app = await StartAsync(engine);
        var (one, two) = (new Browser(app), new Browser(app));
        await one.DoAsync("/login/ada");
        await two.DoAsync("/login/ada");
        var id = (await ListAsync(two)).Single(static session => session.IsCurrent).Id;
        await two.DoAsync("/rotate");
        Assert.Equal(id, (await ListAsync(two)).Single(static session => session.IsCurrent).Id);

        Assert.Equal("true", await PostAsync(one, $"/end/{id}"));

        await IsOutAsync(two);
        Assert.Equal("profile of ada", await one.ReadAsync("/profile"));
        Assert.Equal("false", await PostAsync(one, $"/end/{id}"));
        Assert.Equal("false", await PostAsync(one, "/end/sessionid"));
        Assert.Single(await ListAsync(one));
    }

    [Theory]
    [Engines]
    public async Task S5_EndAllAsync_EndsEveryOtherSessionOfTheUser_AndNobodyElses(string engine)
    {
        await using var app = await StartAsync(engine);
        var browsers = Enumerable.Range(0, 4).Select(_ => new Browser(app)).ToArray();

        foreach (var browser in browsers)
        {
            await browser.DoAsync("/login/ada");
        }

        var bob = new Browser(app);
        await bob.DoAsync("/login/bob");
        await browsers[0].DoAsync("/end-others/ada");

        Assert.Equal("profile of ada", await browsers[0].ReadAsync("/profile"));
        Assert.Equal("profile of bob", await bob.ReadAsync("/profile"));

        foreach (var browser in browsers[1..])
        {
            await IsOutAsync(browser);
            await browser.DoAsync("/login/ada");
            Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
        }

        await bob.DoAsync("/end-all/ada");

        foreach (var browser in browsers)
        {
            await IsOutAsync(browser);
        }
    }

    [Theory]
    [Engines]
    public async Task S5_EndAllAsync_EndsWhatIsSavedMeanwhileToo(string engine)
    {
        var (arrived, go) = (new CountdownEvent(3), new TaskCompletionSource());
        await using var app = await StartAsync(engine, group => group.MapPost("/slow/{way}", async (string way, RouteSession session) =>
        {
            switch (way)
            {
                case "login":
                    session.UserId = "ada";
                    break;
                case "rotate":
                    session.RotateId();
                    break;
                default:
                    session.Set("late", "yes");
                    break;
            }

            arrived.Signal();
            await go.Task;
        }));
        var (fresh, anonymous, known) = (new Browser(app), new Browser(app), new Browser(app));
        await anonymous.DoAsync("/set/cart/book");
        await known.DoAsync("/login/ada");

        // One of a session that is not yet stored, one of one that is, and a write or a rotation of one that was hers before.
        var all = Task.WhenAll(fresh.DoAsync("/slow/login"), anonymous.DoAsync("/slow/login"), known.DoAsync(engine.Contains("turns", StringComparison.Ordinal) ? "/slow/set" : "/slow/rotate"));
        await Task.Run(arrived.Wait);
        await new Browser(app).DoAsync("/end-all/ada");
        go.SetResult();
        await all;

        foreach (var browser in new[] { fresh, anonymous, known })
        {
            await IsOutAsync(browser);
        }
    }

    [Theory]
    [Engines]
    public async Task EndAllAsync_BeforeALoginOfTheSameRequest_LetsItIn(string engine)
    {
        await using var app = await StartAsync(engine);
        var (browser, other) = (new Browser(app), new Browser(app));
        await browser.DoAsync("/login/ada");
        await other.DoAsync("/login/ada");

        foreach (var path in new[] { "/password/ada", "/login-alone/ada" })
        {
            await browser.DoAsync(path);
            Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
            await IsOutAsync(other);
        }
    }

    [Fact]
    public async Task Signing_CanNotListSessions_AndSaysSo()
    {
        await using var app = await StartAsync(EnginesAttribute.Encrypted);
        var admin = app.App.Services.GetRequiredService<ISessionAdmin>();

        await Assert.ThrowsAsync<NotSupportedException>(() => admin.ListAsync("ada"));
        await Assert.ThrowsAsync<NotSupportedException>(() => admin.EndAsync("x"));
        Assert.Equal(0, await admin.EndAllAsync("ada"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => admin.ListAsync(""));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => admin.EndAsync(""));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => admin.EndAllAsync(""));
    }

    [Fact]
    public async Task Redis_UsersList_DoesNotGrowWithLogins_AndIsRenewedWithUse()
    {
        var clock = new ManualClock();
        var prefix = SharedRedis.NewPrefix();
        await using var app = await StartAsync(EnginesAttribute.Redis, clock: clock, prefix: prefix, settings: new() { ["CookieMaxAge"] = "1000" });
        var (server, browser) = (await SharedRedis.GetAsync(), new Browser(app));

        for (var i = 0; i < 10; i++)
        {
            await browser.DoAsync("/login/ada");
            await browser.DoAsync("/logout");
        }

        var keys = (await server.CommandAsync("KEYS", $"{prefix}session-users:*")).Trim();
        await Eventually.HoldsAsync(async () => keys.Length == 0 || (await server.CommandAsync("ZCARD", keys)).Trim() == "0");

        await browser.DoAsync("/login/ada");

        for (var i = 0; i < 5; i++)
        {
            // Longer than its entry lives, if nobody renewed that.
            clock.Advance(TimeSpan.FromSeconds(900));
            await browser.DoAsync(i % 2 == 0 ? "/add/n" : "/set/a/1");
            Assert.Single(await ListAsync(browser));
        }

        clock.Advance(TimeSpan.FromSeconds(1000));
        Assert.Empty(await app.App.Services.GetRequiredService<ISessionAdmin>().ListAsync("ada"));
    }

    private static async Task IsOutAsync(Browser browser)
    {
        using var response = await browser.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<SessionInfo[]> ListAsync(Browser browser)
    {
        using var response = await browser.GetAsync("/sessions");
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<SessionInfo[]>())!;
    }

    private static async Task<string> PostAsync(Browser browser, string path)
    {
        using var response = await browser.PostAsync(path);
        return await response.Content.ReadAsStringAsync();
    }

    private static Task<TestApp> StartAsync(string engine, Action<RouteGroupBuilder>? map = null, TimeProvider? clock = null, string? prefix = null, Dictionary<string, string?>? settings = null)
        => SessionApp.StartAsync(
            engine,
            group =>
            {
                Map(group);
                map?.Invoke(group);
            },
            clock,
            settings,
            prefix: prefix);

    private static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/sessions", (RouteSession session, ISessionAdmin admin) => admin.ListAsync(session.UserId!, session));
        group.MapPost("/rotate", (RouteSession session) => session.RotateId());
        group.MapPost("/end/{id}", (string id, ISessionAdmin admin) => admin.EndAsync(id));
        group.MapPost("/end-all/{user}", (string user, ISessionAdmin admin) => admin.EndAllAsync(user));
        group.MapPost("/end-others/{user}", (string user, RouteSession session, ISessionAdmin admin) => admin.EndAllAsync(user, except: session));
        group.MapPost("/password/{user}", async (string user, RouteSession session, ISessionAdmin admin) =>
        {
            await admin.EndAllAsync(user);
            session.Flush();
            session.UserId = user;
        });
        group.MapPost("/login-alone/{user}", async (string user, RouteSession session, ISessionAdmin admin) =>
        {
            session.UserId = user;
            session.RotateId();
            await admin.EndAllAsync(user, except: session);
        });
    }
}
