using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Logging;

public sealed class LoggingOptionsTests
{
    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new LoggingOptions();

        Assert.True(options.LogRequests && options.LogResponses && options.LogErrors);
        Assert.False(options.LogHeaders || options.LogBody);
        Assert.Equal(200, options.BodyLimit);
        Assert.Equal(["POST", "PUT", "PATCH"], options.BodyMethods);
        Assert.Equal(["Authorization", "Cookie", "Set-Cookie", "X-Api-Key"], options.SensitiveHeaders);
        Assert.Contains("access_token", options.SensitiveQueryKeys);
        Assert.Contains("password", options.SensitiveFields);
        Assert.Equal("RouteMiddleware.Requests", options.LoggerName);
        Assert.Null(options.SlowThreshold);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedNamingAll()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(static () => LoggingApp.StartAsync(
            static _ => Task.CompletedTask,
            "BodyLimit=0, BodyMethods:0=-, SensitiveHeaders:0=-, SensitiveQueryKeys:0=_, SensitiveFields:0=., LoggerName= , SlowThreshold=00:00:00"));

        foreach (var name in (string[])["BodyLimit", "BodyMethods", "SensitiveHeaders", "SensitiveQueryKeys", "SensitiveFields", "LoggerName", "SlowThreshold"])
        {
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(65536, true)]
    [InlineData(65537, false)]
    public void L9_BodyLimit_HasBounds(int limit, bool isFine)
        => Assert.Equal(isFine, Record.Exception(() => new LoggingOptions { BodyLimit = limit }.ThrowIfInvalid()) is null);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void SlowThreshold_IsMoreThanZero(int ticks, bool isFine)
        => Assert.Equal(isFine, Record.Exception(() => new LoggingOptions { SlowThreshold = TimeSpan.FromTicks(ticks) }.ThrowIfInvalid()) is null);

    [Fact]
    public async Task Argument_IsRefused()
        => await Assert.ThrowsAsync<RouteMiddlewareException>(static () => LoggingApp.StartAsync(static _ => Task.CompletedTask, entry: "logging:all"));

    [Fact]
    public async Task Door_OnAGroup_LogsItsRoutesAlone()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                var group = app.MapGroup("/in");
                Assert.Same(group, group.WithLogging(static o => o.LogResponses = false));
                group.MapGet("", static () => "in");
                app.MapGet("/out", static () => "out");
            });
        Assert.Equal("in", await app.Client.GetStringAsync(new Uri("/in", UriKind.Relative)));
        Assert.Equal("out", await app.Client.GetStringAsync(new Uri("/out", UriKind.Relative)));

        Assert.Equal(["→ GET /in"], await app.LinesAsync());
    }
}
