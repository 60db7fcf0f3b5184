using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Timing;

public sealed class TimingConventionExtensionsTests
{
    [Fact]
    public async Task Door_OfARoute_WinsOverTheSettingsOfItsSection()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddSingleton<TimeProvider>(new ManualClock()).AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/settings", static () => "").WithTiming();
                app.MapGet("/call", static () => "").WithTiming(o => o.HeaderName = "X-Called");
                app.MapGet("/bare", static () => "");
            },
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["RouteMiddleware:Timing:HeaderName"] = "X-Took" });

        Assert.Equal("0.0000s", await HeaderAsync(app, "/settings", "X-Took"));
        Assert.Equal("0.0000s", await HeaderAsync(app, "/call", "X-Called"));
        Assert.Null(await HeaderAsync(app, "/bare", "X-Took"));
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithTiming(o =>
            {
                o.HeaderName = "a b";
                o.Format = "F4";
            })));

        Assert.Contains("HeaderName must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("Format must be", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> HeaderAsync(TestApp app, string path, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path)) { Headers = { { "X-Request-ID", "r-1" }, { "X-Correlation-Id", "c-1" } } };
        using var response = await app.Client.SendAsync(request);
        return response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;
    }
}
