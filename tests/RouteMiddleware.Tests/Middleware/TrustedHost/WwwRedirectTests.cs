using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.TrustedHost;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.TrustedHost;

public sealed class WwwRedirectTests
{
    [Theory]
    [InlineData(WwwRedirect.ToBare, "example.com", "www.example.com", "308 http://example.com/p")]
    [InlineData(WwwRedirect.ToBare, "example.com", "WWW.Example.com.:8000", "308 http://Example.com:8000/p")]
    [InlineData(WwwRedirect.ToBare, "example.com", "example.com", "200")]
    [InlineData(WwwRedirect.ToBare, "www.example.com", "www.example.com", "200")]
    [InlineData(WwwRedirect.ToBare, "*.example.com", "www.example.com", "200")]
    [InlineData(WwwRedirect.ToBare, "*.example.com", "www.api.example.com", "308 http://api.example.com/p")]
    [InlineData(WwwRedirect.ToBare, "example.com", "www.evil.example", "400")]
    [InlineData(WwwRedirect.ToBare, "*", "www..example.com", "400")]
    [InlineData(WwwRedirect.ToBare, "*", "www.192.0.2.1", "400")]
    [InlineData(WwwRedirect.ToWww, "www.example.com", "example.com", "308 http://www.example.com/p")]
    [InlineData(WwwRedirect.ToWww, "example.com,*.example.com", "example.com:8000", "308 http://www.example.com:8000/p")]
    [InlineData(WwwRedirect.ToWww, "*.example.com", "example.com", "308 http://www.example.com/p")]
    [InlineData(WwwRedirect.ToWww, "*.example.com", "api.example.com", "200")]
    [InlineData(WwwRedirect.ToWww, "*.example.com,www.api.example.com", "api.example.com", "308 http://www.api.example.com/p")]
    [InlineData(WwwRedirect.ToWww, "www.example.com", "www.example.com", "200")]
    [InlineData(WwwRedirect.ToWww, "example.com", "example.com", "200")]
    [InlineData(WwwRedirect.ToWww, "example.com", "evil.example", "400")]
    [InlineData(WwwRedirect.ToWww, "*", "example.com", "308 http://www.example.com/p")]
    [InlineData(WwwRedirect.ToWww, "*", "localhost", "200")]
    [InlineData(WwwRedirect.ToWww, "*", "192.0.2.1", "200")]
    [InlineData(WwwRedirect.ToWww, "*", "[::1]", "200")]
    [InlineData(WwwRedirect.None, "example.com,www.example.com", "www.example.com", "200")]
    public async Task Redirect_ByHost_GoesToAnAllowedTwinOnly(WwwRedirect redirect, string allowed, string host, string expected)
        => Assert.Equal(expected, await SendAsync(redirect, allowed.Split(','), $"GET /p HTTP/1.1\r\nHost: {host}\r\n"));

    [Theory]
    [InlineData("GET /a%2Fb/%C3%A4?x=%2f&y=a+b&z HTTP/1.1", "/a%2Fb/%C3%A4?x=%2f&y=a+b&z")]
    [InlineData("GET //evil.example/..%2f HTTP/1.1", "//evil.example/..%2f")]
    [InlineData("GET /? HTTP/1.1", "/?")]
    [InlineData("GET /a#b HTTP/1.1", "/a%23b")]
    [InlineData("GET http://www.example.com/a?b HTTP/1.1", "/a?b")]
    [InlineData("GET http://www.example.com?b HTTP/1.1", "/?b")]
    [InlineData("GET http://www.example.com HTTP/1.1", "/")]
    [InlineData("POST /p HTTP/1.1\r\nContent-Length: 0", "/p")]
    public async Task Redirect_OfATarget_KeepsPathAndQuery(string line, string expected)
        => Assert.Equal(
            $"308 http://example.com{expected}",
            await SendAsync(WwwRedirect.ToBare, ["example.com"], line.Replace("HTTP/1.1", "HTTP/1.1\r\nHost: www.example.com", StringComparison.Ordinal) + "\r\n"));

    [Theory]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a\r\nX: 1", "/a%0D%0AX:%201")]
    [InlineData("/ä\u007f", "/%C3%A4%7F")]
    public void Target_WithWhatNoHeaderMayHold_IsEscaped(string target, string expected) => Assert.Equal(expected, RequestTarget.PathAndQuery(target));

    [Fact]
    public async Task Redirect_OfATargetWithoutPath_IsNone()
        => Assert.Equal("200", await SendAsync(WwwRedirect.ToBare, ["example.com", "www.example.com"], "OPTIONS * HTTP/1.1\r\nHost: www.example.com\r\n"));

    private static async Task<string> SendAsync(WwwRedirect redirect, string[] allowed, string head)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("trusted_host"),
            static app =>
            {
                app.UseRouteMiddleware();
                app.Run(static context => context.Response.WriteAsync("ok"));
            },
            [
                new("RouteMiddleware:TrustedHost:WwwRedirect", redirect.ToString()),
                .. allowed.Select(static (host, i) => new KeyValuePair<string, string?>($"RouteMiddleware:TrustedHost:AllowedHosts:{i}", host)),
            ]);

        var lines = (await app.SendRawAsync(head + "Connection: close\r\n\r\n")).Split("\r\n");
        var location = lines.FirstOrDefault(static line => line.StartsWith("Location: ", StringComparison.Ordinal));
        return lines[0].Split(' ')[1] + (location is null ? "" : " " + location["Location: ".Length..]);
    }
}
