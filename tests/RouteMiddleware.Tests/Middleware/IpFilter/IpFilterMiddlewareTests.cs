using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.IpFilter;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Pipeline;

namespace RouteMiddleware.Tests.Middleware.IpFilter;

public sealed class IpFilterMiddlewareTests
{
    private const string Office = "192.0.2.0/24";

    [Theory]
    [InlineData("192.0.2.7", HttpStatusCode.OK)]
    [InlineData("::ffff:192.0.2.7", HttpStatusCode.OK)]
    [InlineData("192.0.3.1", HttpStatusCode.Forbidden)]
    [InlineData("2001:db8::1", HttpStatusCode.Forbidden)]
    public async Task F1_AllowList_LetsItsAddressesInAndNobodyElse(string peer, HttpStatusCode expected)
        => Assert.Equal(expected, await StatusAsync(o => o.AllowedIps = [Office], peer));

    [Theory]
    [InlineData("192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("::ffff:192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("192.0.3.1", HttpStatusCode.OK)]
    public async Task F1_BlockList_KeepsItsAddressesOut(string peer, HttpStatusCode expected)
        => Assert.Equal(expected, await StatusAsync(o => o.BlockedIps = [Office], peer));

    [Theory]
    [InlineData("192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.8", HttpStatusCode.OK)]
    public async Task F1_AddressOnBothLists_IsKeptOut(string peer, HttpStatusCode expected)
        => Assert.Equal(expected, await StatusAsync(o => (o.AllowedIps, o.BlockedIps) = ([Office], ["192.0.2.7"]), peer));

    [Theory]
    [InlineData("allow", HttpStatusCode.Forbidden)]
    [InlineData("block", HttpStatusCode.OK)]
    [InlineData("nothing", HttpStatusCode.OK)]
    public async Task F1_ConnectionWithoutAnAddress_IsKeptOutByAnAllowList(string list, HttpStatusCode expected)
        => Assert.Equal(
            expected,
            await StatusAsync(
                o =>
                {
                    o.AllowedIps = list == "allow" ? ["0.0.0.0/0", "::/0"] : [];
                    o.BlockedIps = list == "block" ? [Office] : [];
                },
                peer: "none"));

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.7")]
    [InlineData("X-Real-IP", "192.0.2.7")]
    [InlineData("Forwarded", "for=192.0.2.7")]
    public async Task F1_AddressThatTheCallerWrites_CountsForNothing(string header, string value)
        => Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(o => o.AllowedIps = [Office], "198.51.100.1", (header, value)));

    [Theory]
    [InlineData("EvilBot/1.0", HttpStatusCode.Forbidden)]
    [InlineData("Mozilla/5.0 (compatible; eVILbOT)", HttpStatusCode.Forbidden)]
    [InlineData("Mozilla/5.0 (compatible; Evil Bot)", HttpStatusCode.OK)]
    [InlineData("scraper", HttpStatusCode.Forbidden)]
    [InlineData("scrape", HttpStatusCode.OK)]
    [InlineData("", HttpStatusCode.OK)]
    public async Task UserAgent_WithABlockedTextInIt_IsKeptOut(string agent, HttpStatusCode expected)
        => Assert.Equal(expected, await StatusAsync(o => o.BlockedUserAgents = ["evilbot", "Scraper"], "192.0.2.7", ("User-Agent", agent)));

    [Theory]
    [InlineData(true, null, HttpStatusCode.OK)]
    [InlineData(false, null, HttpStatusCode.Forbidden)]
    [InlineData(false, "", HttpStatusCode.Forbidden)]
    [InlineData(false, "x", HttpStatusCode.OK)]
    public async Task F3_EmptyUserAgent_IsKeptOutWhereTheOptionSaysSo(bool allowed, string? agent, HttpStatusCode expected)
        => Assert.Equal(expected, await StatusAsync(o => o.AllowEmptyUserAgent = allowed, "192.0.2.7", ("User-Agent", agent)));

    [Theory]
    [InlineData(8 * 1024, "evilbot", HttpStatusCode.Forbidden)]
    [InlineData(8 * 1024, "evilbo", HttpStatusCode.OK)]
    public async Task F3_UserAgentOfEightKilobytes_IsReadToItsEnd(int length, string end, HttpStatusCode expected)
        => Assert.Equal(
            expected,
            await StatusAsync(o => o.BlockedUserAgents = ["evilbot", new string('e', 64) + "x"], "192.0.2.7", ("User-Agent", new string('e', length) + end)));

    [Fact]
    public async Task UserAgent_InASecondHeader_IsReadToo()
    {
        await using var app = await StartAsync(o => o.BlockedUserAgents = ["evilbot"]);

        var answer = await app.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: fine\r\nUser-Agent: EvilBot\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F4_Refusal_TellsNothingButThatItIsOne()
    {
        await using var app = await StartAsync(o =>
        {
            (o.AllowedIps, o.BlockedIps, o.BlockedUserAgents, o.AllowEmptyUserAgent) = ([Office], ["192.0.2.7"], ["evilbot"], false);
        });
        var texts = new HashSet<string>(StringComparer.Ordinal);

        foreach (var (peer, agent) in ((string, string?)[])[("192.0.2.7", "x"), ("198.51.100.1", "x"), ("192.0.2.8", "evilbot"), ("192.0.2.8", null), ("none", "x")])
        {
            using var response = await SendAsync(app, peer, ("User-Agent", agent));
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Equal("access_denied", problem.GetProperty("code").GetString());
            Assert.Equal("Access denied", problem.GetProperty("detail").GetString());
            texts.Add(string.Join('|', problem.EnumerateObject().Where(static member => member.Name != "traceId")));
        }

        Assert.Single(texts);
        var reasons = app.Logs.Records.Where(static record => record.EventId.Name == "Refused" && record.Category.EndsWith("IpFilterMiddleware", StringComparison.Ordinal)).ToArray();
        Assert.All(reasons, static record => Assert.Equal(LogLevel.Debug, record.Level));
        Assert.Equal(["blocked", "not_allowed", "user_agent", "no_user_agent", "not_allowed"], reasons.Select(static record => record.Message.Split('(', ')')[^2]));
    }

    [Fact]
    public async Task Defaults_AreThoseOfTheDocumentationAndLetEverybodyIn()
    {
        var options = new IpFilterOptions();

        Assert.Empty(options.AllowedIps);
        Assert.Empty(options.BlockedIps);
        Assert.Empty(options.BlockedUserAgents);
        Assert.True(options.AllowEmptyUserAgent);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(null, "none", ("User-Agent", null)));
    }

    [Fact]
    public async Task GlobalList_FromTheSettings_GuardsWhatNoRouteAnswersToo()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.UseRouteMiddleware(),
            Settings(("Middleware:0", "ip_filter"), ("IpFilter:BlockedIps:0", "127.0.0.1")));

        using var response = await app.Client.GetAsync(new Uri("/nowhere", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task F2_ListThatChangesInTheSettings_CountsAtOnce()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.UseRouteMiddleware(),
            Settings(("Middleware:0", "ip_filter"), ("IpFilter:BlockedIps:0", "127.0.0.1")));

        app.Edit(("RouteMiddleware:IpFilter:BlockedIps:0", "127.0.0.2"));
        using var response = await app.Client.GetAsync(new Uri("/nowhere", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.UseRouteMiddleware(),
            Settings(("Middleware:0", "ip_filter"), ("IpFilter:AllowedIps:0", "10.0.0.1/8"), ("IpFilter:AllowedIps:1", "fe80::1%3"), ("IpFilter:BlockedIps:0", "010.0.0.1"), ("IpFilter:BlockedUserAgents", "bot"))));
        var agents = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(static o => (o.BlockedUserAgents, o.BlockedIps) = (["", " "], ["1"])));

        Assert.Contains("AllowedIps ('10.0.0.1/8') must not have bits set behind its /8", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowedIps ('fe80::1%3') must be an IPv4 or IPv6 address", error.Message, StringComparison.Ordinal);
        Assert.Contains("BlockedIps ('010.0.0.1') must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("BlockedUserAgents ('') must be a text", agents.Message, StringComparison.Ordinal);
        Assert.Contains("BlockedUserAgents (' ') must be a text", agents.Message, StringComparison.Ordinal);
        Assert.Contains("BlockedIps ('1') must be", agents.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] values)
        => values.ToDictionary(static pair => $"RouteMiddleware:{pair.Key}", static string? (pair) => pair.Value, StringComparer.Ordinal);

    private static Task<TestApp> StartAsync(Action<IpFilterOptions>? configure) => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware(),
        app =>
        {
            // A socket of the loopback interface plays all callers.
            app.Use(static (context, next) =>
            {
                var peer = context.Request.Headers["Test-Peer"].ToString();
                context.Connection.RemoteIpAddress = peer is "none" or "" ? null : IPAddress.Parse(peer);
                return next(context);
            });
            app.UseRouteMiddleware();
            app.MapGet("/", static () => "in").WithIpFilter(configure);
        });

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, string peer, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Address);
        request.Headers.Add("Test-Peer", peer);

        foreach (var (name, value) in headers)
        {
            _ = value is not null && request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Client.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(Action<IpFilterOptions>? configure, string peer, params (string Name, string? Value)[] headers)
    {
        await using var app = await StartAsync(configure);
        using var response = await SendAsync(app, peer, headers);
        return response.StatusCode;
    }
}
