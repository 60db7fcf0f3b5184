using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RequestId;

public sealed class RequestIdConventionExtensionsTests
{
    [Fact]
    public async Task Door_OfARoute_WinsOverTheSettingsOfItsSection()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/settings", static () => "").WithRequestId();
                app.MapGet("/call", static () => "").WithRequestId(o => o.TrustIncoming = true);
                app.MapGet("/bare", static () => "");
            },
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["RouteMiddleware:RequestId:TrustIncoming"] = "false", ["RouteMiddleware:RequestId:HeaderName"] = "X-Correlation-Id" });

        Assert.NotEqual("c-1", await HeaderAsync(app, "/settings", "X-Correlation-Id") ?? "c-1");
        Assert.Equal("c-1", await HeaderAsync(app, "/call", "X-Correlation-Id"));
        Assert.Null(await HeaderAsync(app, "/bare", "X-Correlation-Id"));
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithRequestId(o =>
            {
                o.HeaderName = "a b";
                o.MaxLength = 0;
            })));

        Assert.Contains("HeaderName must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxLength must be", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> HeaderAsync(TestApp app, string path, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path)) { Headers = { { "X-Request-ID", "r-1" }, { "X-Correlation-Id", "c-1" } } };
        using var response = await app.Client.SendAsync(request);
        return response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;
    }
}
