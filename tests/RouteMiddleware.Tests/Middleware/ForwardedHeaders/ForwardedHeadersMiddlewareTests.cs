using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.ForwardedHeaders;
using RouteMiddleware.Tests.Kit;
using OwnOptions = RouteMiddleware.Middleware.ForwardedHeaders.ForwardedHeadersOptions;

namespace RouteMiddleware.Tests.Middleware.ForwardedHeaders;

public sealed class ForwardedHeadersMiddlewareTests
{
    private const string Untrusted = "KnownProxies:0=192.0.2.1, KnownNetworks:0=10.0.0.0/8";

    [Theory]
    [InlineData("", "X-Forwarded-For: 203.0.113.7", "203.0.113.7 http")]
    [InlineData("", "X-Forwarded-For: 203.0.113.7:4711", "203.0.113.7 http")]
    [InlineData("", "X-Forwarded-For: 2001:db8::7", "2001:db8::7 http")]
    [InlineData("", "X-Forwarded-For: [2001:db8::7]:4711", "2001:db8::7 http")]
    [InlineData("", "X-Forwarded-For: 198.51.100.1, 203.0.113.7", "203.0.113.7 http")]
    [InlineData("", "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.7", "203.0.113.7 http")]
    [InlineData("", "X-Forwarded-For: nonsense, 203.0.113.7", "203.0.113.7 http")]
    [InlineData("", "X-Forwarded-For: 203.0.113.7, nonsense", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: 203.0.113.7,", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: 1", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: 0x7f.1", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: 010.0.0.1", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: \"203.0.113.7\"", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: \"203.0.113.7, 203.0.113.8\"", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: fe80::1%1", "127.0.0.1 http")]
    [InlineData("", "X-Real-IP: 203.0.113.7\r\nForwarded: for=203.0.113.7", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https", "203.0.113.7 https")]
    [InlineData("", "X-Forwarded-Proto: HTTPS", "127.0.0.1 HTTPS")]
    [InlineData("", "X-Forwarded-Proto: ftp", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-Proto: javascript", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-Proto: \"https\"", "127.0.0.1 http")]
    [InlineData("", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: gopher", "203.0.113.7 http")]
    [InlineData(Untrusted, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https", "127.0.0.1 http")]
    [InlineData("KnownProxies:0=127.0.0.1, KnownNetworks:0=10.0.0.0/8", "X-Forwarded-For: 203.0.113.7", "203.0.113.7 http")]
    [InlineData("ForwardLimit=2", "X-Forwarded-For: 198.51.100.1, 203.0.113.7", "203.0.113.7 http")]
    [InlineData("ForwardLimit=2, KnownProxies:0=203.0.113.7", "X-Forwarded-For: 192.0.2.9, 198.51.100.1, 203.0.113.7", "198.51.100.1 http")]
    [InlineData("ForwardLimit=3, KnownProxies:0=203.0.113.7", "X-Forwarded-For: 0x7f.1, 203.0.113.7", "203.0.113.7 http")]
    public async Task R1_Headers_OfThePeer_CountOnlyFromKnownProxies(string settings, string headers, string expected)
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync(settings, onRoute);

            Assert.Equal(expected, (await SendAsync(app, headers)).Split(" host ")[0]);
        }
    }

    [Theory]
    [InlineData("", "example.com", "127.0.0.1")]
    [InlineData("AllowedHosts:0=example.com", "example.com", "example.com")]
    [InlineData("AllowedHosts:0=example.com", "example.com:8443", "example.com:8443")]
    [InlineData("AllowedHosts:0=example.com", "evil.example", "127.0.0.1")]
    [InlineData("AllowedHosts:0=example.com", "sub.example.com", "127.0.0.1")]
    [InlineData("AllowedHosts:0=*.example.com", "sub.example.com", "sub.example.com")]
    [InlineData("AllowedHosts:0=*.example.com", "example.com", "127.0.0.1")]
    [InlineData("AllowedHosts:0=*", "any.example", "any.example")]
    [InlineData("AllowedHosts:0=*, " + Untrusted, "any.example", "127.0.0.1")]
    public async Task H2_ForwardedHost_WithoutTrustAndAllowList_DoesNotCount(string settings, string host, string expected)
    {
        await using var app = await StartAsync(settings, onRoute: false);

        Assert.Equal(expected, (await SendAsync(app, $"X-Forwarded-Host: {host}")).Split(" host ")[1]);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("close, X-Forwarded-For, X-Forwarded-Proto")]
    [InlineData("Authorization")]
    public async Task P6_Connection_ThatNamesHeadersAsHopByHop_ChangesNothing(string connection)
    {
        await using var app = await StartAsync("", onRoute: false);

        Assert.Equal("203.0.113.7 https host 127.0.0.1", await SendAsync(app, $"X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nConnection: {connection}"));
    }

    [Fact]
    public async Task R1_Peer_WithoutAnAddress_IsNoKnownProxy()
    {
        var context = ContextOf(null);

        await Make(new() { KnownNetworks = ["0.0.0.0/0", "::/0"], AllowedHosts = ["*"] }).InvokeAsync(context, static _ => Task.CompletedTask);

        Assert.Null(context.Connection.RemoteIpAddress);
        Assert.Equal("http", context.Request.Scheme);
        Assert.Equal("203.0.113.7", context.Request.Headers["X-Forwarded-For"]);
    }

    [Theory]
    [InlineData("::ffff:10.1.2.3", "10.0.0.0/8", "::1")]
    [InlineData("::ffff:10.1.2.3", "192.0.2.0/24", "10.1.2.3")]
    [InlineData("10.1.2.3", "192.0.2.0/24", "::ffff:10.1.2.3")]
    public async Task Peer_InIpv6Clothes_IsItsIpv4Address(string peer, string network, string proxy)
    {
        var context = ContextOf(IPAddress.Parse(peer));

        await Make(new() { KnownNetworks = [network], KnownProxies = [proxy] }).InvokeAsync(context, static _ => Task.CompletedTask);

        Assert.Equal(IPAddress.Parse("203.0.113.7"), context.Connection.RemoteIpAddress);
    }

    [Fact]
    public void Pass_OfARequestWithoutSuchHeaders_IsTheNextTaskItself()
    {
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, Make(new()).InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    [Theory]
    [InlineData("rate_limit:5/1m", "must run before 'rate_limit'")]
    [InlineData("https_redirection", "must run before 'https_redirection'")]
    [InlineData("hsts", "must run before 'hsts'")]
    [InlineData("forwarded_headers", "is a second 'forwarded_headers'")]
    public async Task Start_BehindWhatReadsTheAddress_IsRefused(string earlier, string fault)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", static () => "").WithMiddleware(earlier).WithForwardedHeaders()));

        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    private static ForwardedHeadersMiddleware Make(OwnOptions options) => new(options, NullLoggerFactory.Instance);

    private static DefaultHttpContext ContextOf(IPAddress? peer)
        => new() { Connection = { RemoteIpAddress = peer }, Request = { Scheme = "http", Headers = { ["X-Forwarded-For"] = "203.0.113.7", ["X-Forwarded-Host"] = "evil.example" } } };

    private static Task<TestApp> StartAsync(string settings, bool onRoute)
    {
        var values = InBoxSettings.Of("ForwardedHeaders", settings);

        if (!onRoute)
        {
            values["RouteMiddleware:Middleware:0"] = "forwarded_headers";
        }

        return TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                app.UseRouteMiddleware();
                var group = app.MapGroup("");
                (onRoute ? group.WithMiddleware("forwarded_headers") : group).MapGet("/", static (HttpContext context) => $"{context.Connection.RemoteIpAddress} {context.Request.Scheme} host {context.Request.Host}");
            },
            values);
    }

    private static async Task<string> SendAsync(TestApp app, string headers)
    {
        var end = headers.Contains("Connection:", StringComparison.Ordinal) && !headers.Contains("close", StringComparison.Ordinal) ? "\r\n0\r\n\r\n" : null;
        var close = headers.Contains("Connection:", StringComparison.Ordinal) ? "" : "Connection: close\r\n";
        var answer = await app.SendRawAsync($"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n{close}\r\n", end);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        return answer.Split("\r\n\r\n", 2)[1].Split("\r\n")[1];
    }
}
