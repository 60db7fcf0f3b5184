using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S4 and S5, and the login flow as users write it.</summary>
public sealed class LoginFlowTests
{
    [Theory]
    [Engines]
    public async Task Profile_WithoutLogin_Is401NotLoggedIn(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);

        using var response = await browser.GetAsync("/profile");
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Not logged in", problem.RootElement.GetProperty("title").GetString());
        Assert.Equal("not_logged_in", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal("Cookie", response.Headers.WwwAuthenticate.ToString());
        Assert.Empty(browser.SetCookies);
    }

    [Fact]
    public async Task Refusals_OfTwoApplications_AreEachWrittenByTheirOwnProblemDetails()
    {
        var settings = new Dictionary<string, string?>() { ["CookieName"] = "__Secure-sessionid", ["CookieSecure"] = "Always" };
        await using var plain = await SessionApp.StartAsync(EnginesAttribute.Encrypted, settings: settings);
        await using var custom = await SessionApp.StartAsync(
            EnginesAttribute.Encrypted,
            settings: settings,
            services: static builder => builder.Services.AddProblemDetails(static options => options.CustomizeProblemDetails = static context => context.ProblemDetails.Extensions["custom"] = "yes"));

        foreach (var app in new[] { plain, custom })
        {
            using var anonymous = await new Browser(app).GetAsync("/profile");
            Assert.Equal(app == custom, (await anonymous.Content.ReadAsStringAsync()).Contains("custom", StringComparison.Ordinal));
            using var insecure = await new Browser(app).PostAsync("/set/a/1");
            var problem = await insecure.Content.ReadAsStringAsync();
            Assert.Contains("session_needs_https", problem, StringComparison.Ordinal);
            Assert.Equal(app == custom, problem.Contains("custom", StringComparison.Ordinal));
        }
    }

    [Theory]
    [Engines]
    public async Task Login_ThenProfileThenLogout_ShowsTheUserInBetweenOnly(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);

        await browser.DoAsync("/login/ada");
        Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));

        await browser.DoAsync("/logout");
        Assert.Contains("max-age=0", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        using var after = await browser.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Theory]
    [Engines]
    public async Task S4_Login_RotatesTheId_AndTheOldOneIsWorthless(string engine)
    {
        var clock = new ManualClock();
        await using var app = await SessionApp.StartAsync(engine, clock: clock);
        var browser = new Browser(app);
        await browser.DoAsync("/set/cart/book");
        var before = await browser.ReadAsync("/id");
        var thief = browser.Copy();

        await browser.DoAsync("/login/ada");

        Assert.NotEqual(before, await browser.ReadAsync("/id"));
        Assert.Equal("book", await browser.ReadAsync("/get/cart"));

        foreach (var wait in new[] { 0, 5, 10, 3600 })
        {
            clock.Advance(TimeSpan.FromSeconds(wait));
            using var response = await thief.Copy().GetAsync("/profile");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("(none)", await thief.Copy().ReadAsync("/get/cart"));
        }
    }

    [Theory]
    [Engines(RecordsOnly = true)]
    public async Task S4_UnknownId_IsNeverAdopted(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        const string Chosen = "sessionid=AAAAAAAAAAAAAAAAAAAAAA";
        var victim = new Browser(app, Chosen);

        await victim.DoAsync("/login/ada");

        Assert.NotEqual(Chosen, victim.Cookie);
        using var response = await new Browser(app, Chosen).GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [Engines]
    public async Task S4_SettingTheUserAlone_RotatesTheIdToo(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/become/{user}", static (string user, RouteSession session) =>
        {
            session.UserId = user;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/cart/book");
        var before = await browser.ReadAsync("/id");

        await browser.DoAsync("/become/ada");

        Assert.NotEqual(before, await browser.ReadAsync("/id"));
    }

    [Theory]
    [Engines]
    public async Task S5_CopiedCookie_IsWorthlessAfterLogout(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");
        var thief = browser.Copy();
        Assert.Equal("profile of ada", await thief.ReadAsync("/profile"));

        await browser.DoAsync("/logout");

        using var response = await thief.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [Engines]
    public async Task S5_CopiedCookie_IsWorthlessAfterClear(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group =>
        {
            group.MapPost("/clear", static (RouteSession session) => session.Clear());
            group.MapPost("/clear-set", static (RouteSession session) =>
            {
                session.Clear();
                session.Set("flash", "bye");
            });
            group.MapPost("/plain-clear", static async (HttpContext context) =>
            {
                await context.Session.LoadAsync();
                context.Session.Clear();
            });
        });

        foreach (var path in new[] { "/clear", "/clear-set", "/plain-clear" })
        {
            var browser = new Browser(app);
            await browser.DoAsync("/login/ada");
            var thief = browser.Copy();

            await browser.DoAsync(path);

            using var response = await thief.GetAsync("/profile");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal(path == "/clear-set" ? "flash" : "", await browser.ReadAsync("/keys"));
        }
    }

    [Theory]
    [Engines]
    public async Task S5_CopiedCookie_IsWorthlessOnceNothingIsLeft(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/set/coupon/once");
        var thief = browser.Copy();

        await browser.DoAsync("/remove/coupon");

        Assert.Equal("(none)", await thief.ReadAsync("/get/coupon"));
    }

    [Theory]
    [Engines]
    public async Task S4_LateRequestWithARotatedId_SetsNoCookieOverTheNewOne(string engine)
    {
        var clock = new ManualClock();
        await using var app = await SessionApp.StartAsync(engine, clock: clock);
        var browser = new Browser(app);
        await browser.DoAsync("/set/cart/book");
        var late = browser.Copy();
        await browser.DoAsync("/login/ada");

        clock.Advance(TimeSpan.FromMilliseconds(9_999));
        await late.DoAsync("/set/seen/yes");
        Assert.Empty(late.SetCookies);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        await late.DoAsync("/set/seen/yes");
        Assert.Single(late.SetCookies);
        Assert.Equal("seen", await late.ReadAsync("/keys"));
    }
}
