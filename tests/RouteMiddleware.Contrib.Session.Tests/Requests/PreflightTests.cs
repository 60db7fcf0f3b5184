using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Requests;

public sealed class PreflightTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Cookie: session=forged\r\n")]
    public async Task C8_Preflight_OfARouteWithASession_TouchesNone(string cookie)
    {
        var opened = 0;
        await using var app = await SessionApp.StartAsync(
            EnginesAttribute.Encrypted,
            group => group.MapPut("/cart", (RouteSession session) => session["seen"] = ++opened).WithCors(static o => (o.AllowOrigins, o.AllowMethods, o.AllowCredentials) = (["https://app.example.com"], ["PUT"], true)));

        var preflight = await SendAsync(app, "OPTIONS", "Access-Control-Request-Method: PUT\r\n" + cookie);
        var request = await SendAsync(app, "PUT", cookie);

        Assert.StartsWith("HTTP/1.1 204 ", preflight, StringComparison.Ordinal);
        Assert.Contains("Access-Control-Allow-Origin: https://app.example.com\r\n", preflight, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", preflight, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Vary: Origin\r\n", preflight, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", request, StringComparison.Ordinal);
        Assert.Contains("Set-Cookie", request, StringComparison.Ordinal);
        Assert.Contains("Access-Control-Allow-Credentials: true\r\n", request, StringComparison.Ordinal);
        Assert.Equal(1, opened);
    }

    private static Task<string> SendAsync(TestApp app, string method, string headers)
        => app.SendRawAsync($"{method} /cart HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://app.example.com\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n");
}
