using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Contrib.Session.Tests.Support;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S14, S16 and S17: when a cookie is sent, what it says, and which one is read.</summary>
public sealed class CookieTests
{
    [Theory]
    [Engines]
    public async Task S14_UntouchedSession_SendsNoCookieAndNoVary(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        using var response = await browser.GetAsync("/untouched");

        Assert.Empty(browser.SetCookies);
        Assert.False(response.Headers.Contains("Vary"));
        Assert.Null(response.Headers.CacheControl);
    }

    [Theory]
    [Engines]
    public async Task S14_ReadOfAnEmptySession_VariesByCookieAndStoresNothing(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);

        using var response = await browser.GetAsync("/get/a");

        Assert.Empty(browser.SetCookies);
        Assert.Equal(["Cookie"], response.Headers.Vary);
    }

    [Theory]
    [Engines]
    public async Task S16_WrittenSession_SendsOneCookieWithItsFlags(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);

        using var response = await browser.PostAsync("/set/a/1");

        var line = Assert.Single(browser.SetCookies);
        Assert.Matches("^sessionid=[A-Za-z0-9_-]+; max-age=1209600; path=/; samesite=lax; httponly$", line);
        Assert.Equal(["Cookie"], response.Headers.Vary);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("sessionid", "/app", "example.com", "Always", "Strict", "true", "; max-age=60; domain=example.com; path=/app; secure; samesite=strict; httponly")]
    [InlineData("sid", "/", null, "Never", "Unspecified", "false", "; max-age=60; path=/")]
    [InlineData("sid", "/", null, "Always", "None", "true", "; max-age=60; path=/; secure; samesite=none; httponly")]
    public async Task S16_Options_ShapeTheCookieAndItsDeletionAlike(string name, string path, string? domain, string secure, string sameSite, string httpOnly, string expected)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Memory, settings: new()
        {
            ["CookieName"] = name,
            ["CookiePath"] = path,
            ["CookieDomain"] = domain,
            ["CookieSecure"] = secure,
            ["CookieSameSite"] = sameSite,
            ["CookieHttpOnly"] = httpOnly,
            ["CookieMaxAge"] = "60",
        });

        using var written = await app.Client.PostAsync(new Uri("/set/a/1", UriKind.Relative), null);
        var line = Assert.Single(written.Headers.GetValues("Set-Cookie"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/remove/a", UriKind.Relative)) { Headers = { { "Cookie", line.Split(';')[0] } } };
        using var emptied = await app.Client.SendAsync(request);

        Assert.EndsWith(expected, line, StringComparison.Ordinal);
        Assert.Equal(
            $"{name}=; expires=Thu, 01 Jan 1970 00:00:00 GMT{expected.Replace("max-age=60", "max-age=0", StringComparison.Ordinal)}",
            Assert.Single(emptied.Headers.GetValues("Set-Cookie")));
    }

    [Theory]
    [Engines]
    public async Task Emptied_WithoutACookie_SendsNone(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/blink", static (RouteSession session) =>
        {
            session.Set("a", 1);
            session.Clear();
        }));
        var browser = new Browser(app);

        await browser.DoAsync("/logout");
        Assert.Empty(browser.SetCookies);
        await browser.DoAsync("/blink");
        Assert.Empty(browser.SetCookies);
    }

    [Theory]
    [Engines]
    public async Task BrowserSession_HasNoAge(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, settings: new() { ["CookieMaxAge"] = "" });
        var browser = new Browser(app);

        await browser.DoAsync("/set/a/1");

        Assert.DoesNotContain("max-age", Assert.Single(browser.SetCookies), StringComparison.Ordinal);
        Assert.Equal("1", await browser.ReadAsync("/get/a"));
    }

    [Theory]
    [Engines]
    public async Task HandlersOwnHeaders_StandBesideTheSessions(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/both", static (HttpContext context, RouteSession session) =>
        {
            context.Response.Cookies.Append("theme", "dark");
            context.Response.Headers.Vary = "Accept-Encoding, cookie";
            context.Response.Headers.CacheControl = "public, max-age=60";
            session["a"] = 1;
        }));

        using var response = await app.Client.PostAsync(new Uri("/both", UriKind.Relative), null);

        Assert.Contains(response.Headers.GetValues("Set-Cookie"), static line => line.StartsWith("theme=dark", StringComparison.Ordinal));
        Assert.Contains(response.Headers.GetValues("Set-Cookie"), static line => line.StartsWith("sessionid=", StringComparison.Ordinal));
        Assert.Equal(["Accept-Encoding", "cookie"], response.Headers.Vary);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Theory]
    [Engines]
    public async Task S17_NamesThatAreNotTheCookiesName_AreNotRead(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");
        var value = browser.Cookie!.Split('=')[1];

        foreach (var header in new[] { $"SESSIONID={value}", $"%73essionid={value}", $"={browser.Cookie}", $"xsessionid={value}", $"sessionid%3D{value}", $"sessionid ={value}", "sessionid", $"\"sessionid\"={value}", value })
        {
            Assert.Equal("(none)", await new Browser(app, header).ReadAsync("/get/a"));
        }

        foreach (var header in new[] { $"a=b; {browser.Cookie}; c=d", $"a=b;{browser.Cookie}", $"sessionid=; {browser.Cookie}", $"sessionid=garbage; {browser.Cookie}", $"{browser.Cookie}; sessionid=garbage", $";;  {browser.Cookie} ;" })
        {
            Assert.Equal("1", await new Browser(app, header).ReadAsync("/get/a"));
        }
    }

    [Theory]
    [Engines]
    public async Task S17_TwoValidCookies_TheFirstCounts(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine);
        var (one, two) = (new Browser(app), new Browser(app));
        await one.DoAsync("/set/a/one");
        await two.DoAsync("/set/a/two");

        Assert.Equal("one", await new Browser(app, $"{one.Cookie}; {two.Cookie}").ReadAsync("/get/a"));
        Assert.Equal("two", await new Browser(app, $"{two.Cookie}; {one.Cookie}").ReadAsync("/get/a"));
    }

    [Theory]
    [InlineData("__Host-sessionid")]
    [InlineData("__Secure-sessionid")]
    public async Task PrefixedName_OverHttp_FailsTheSaveAndSaysSo(string name)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Encrypted, settings: new() { ["CookieName"] = name });

        using var response = await app.Client.PostAsync(new Uri("/set/a/1", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("session_needs_https", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Contains(app.Logs.Records, record => record.EventId.Name == "NeedsHttps" && record.Message.Contains(name, StringComparison.Ordinal));
    }
}
