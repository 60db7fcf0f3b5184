using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S13: how long a session lives, and what renews it.</summary>
public sealed class TimeTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [Engines]
    public async Task Lifetime_EndsOnItsSecond_CountedFromTheLastSave(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, clock: _clock, settings: new() { ["CookieMaxAge"] = "100" });
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        Assert.Empty(browser.SetCookies);
        await browser.DoAsync("/set/b/1");

        _clock.Advance(TimeSpan.FromSeconds(100) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
    }

    [Theory]
    [Engines]
    public async Task SetExpiry_BelowAMillisecond_IsOneMillisecondAndNotTheBrowsersLife(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/short", static (RouteSession session) =>
        {
            session.Set("a", "1");
            session.SetExpiry(TimeSpan.FromTicks(1));
        }), _clock);
        var browser = new Browser(app);

        await browser.DoAsync("/short");

        Assert.Contains("max-age=1;", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
    }

    [Theory]
    [Engines]
    public async Task S13_IdleTimeout_SlidesWithUse_AtMostOncePerTenthOfIt(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, clock: _clock, settings: new() { ["IdleTimeout"] = "00:01:40" });
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        _clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        Assert.Empty(browser.SetCookies);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        using (var renewed = await browser.GetAsync("/get/a"))
        {
            Assert.Single(browser.SetCookies);
            Assert.Equal("no-store", renewed.Headers.CacheControl?.ToString());
            Assert.Equal(["Cookie"], renewed.Headers.Vary);
        }

        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        Assert.Empty(browser.SetCookies);

        _clock.Advance(TimeSpan.FromSeconds(99));
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        _clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
    }

    [Theory]
    [Engines]
    public async Task S13_LongIdleTimeout_SlidesOncePerMinute(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, clock: _clock, settings: new() { ["IdleTimeout"] = "1h" });
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        _clock.Advance(TimeSpan.FromSeconds(59));
        await browser.ReadAsync("/get/a");
        Assert.Empty(browser.SetCookies);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await browser.ReadAsync("/get/a");
        Assert.Single(browser.SetCookies);
    }

    [Theory]
    [Engines]
    public async Task S13_AbsoluteTimeout_IsExtendedByNothing(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, clock: _clock, settings: new() { ["IdleTimeout"] = "1m", ["AbsoluteTimeout"] = "100s" }, map: static group =>
            Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapPost(group, "/forever", static (RouteSession session) => session.SetExpiry(TimeSpan.FromDays(365))));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            await browser.DoAsync("/set/a/1");
            await browser.DoAsync("/login/ada");
            await browser.DoAsync("/forever");
        }

        Assert.Contains("max-age=10;", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
    }

    [Theory]
    [Engines]
    public async Task SetExpiry_ChangesCookieAndSession_AndStaysWithIt(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, clock: _clock, map: static group =>
            Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapPost(group, "/expiry/{seconds:int}", static (int seconds, RouteSession session)
                => session.SetExpiry(seconds == 1 ? null : TimeSpan.FromSeconds(seconds))));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        await browser.DoAsync("/expiry/100");
        Assert.Contains("max-age=100;", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        await browser.DoAsync("/set/b/1");
        Assert.Contains("max-age=100;", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        await browser.DoAsync("/expiry/0");
        Assert.DoesNotContain("max-age", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        await browser.DoAsync("/expiry/1");
        Assert.Contains("max-age=1209600;", Assert.Single(browser.SetCookies), StringComparison.Ordinal);

        await browser.DoAsync("/expiry/100");
        _clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
    }
}
