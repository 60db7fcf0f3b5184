using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.SecurityHeaders;

public sealed class SecurityHeadersConventionExtensionsTests
{
    [Fact]
    public async Task Door_OfARoute_WinsOverTheSettingsOfItsSection()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/settings", static () => "").WithSecurityHeaders();
                app.MapGet("/call", static () => "").WithSecurityHeaders(o => o.Headers["X-Frame-Options"] = "SAMEORIGIN");
                app.MapGet("/bare", static () => "");
            },
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["RouteMiddleware:SecurityHeaders:Headers:X-Frame-Options"] = "" });

        Assert.Null(await HeaderAsync(app, "/settings", "X-Frame-Options"));
        Assert.Equal("nosniff", await HeaderAsync(app, "/settings", "X-Content-Type-Options"));
        Assert.Equal("SAMEORIGIN", await HeaderAsync(app, "/call", "X-Frame-Options"));
        Assert.Null(await HeaderAsync(app, "/bare", "X-Content-Type-Options"));
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithSecurityHeaders(o =>
            {
                o.HstsMaxAge = -1;
                o.Headers["X-Own"] = "two\nlines";
            })));

        Assert.Contains("HstsMaxAge must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("The value of 'X-Own'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> HeaderAsync(TestApp app, string path, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path)) { Headers = { { "X-Request-ID", "r-1" }, { "X-Correlation-Id", "c-1" } } };
        using var response = await app.Client.SendAsync(request);
        return response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;
    }
}
