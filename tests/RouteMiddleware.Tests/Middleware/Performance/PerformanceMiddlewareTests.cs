using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Performance;

public sealed class PerformanceMiddlewareTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(0, "0.0000s")]
    [InlineData(12.34, "0.0123s")]
    [InlineData(61_000, "61.0000s")]
    public async Task ProcessingTime_IsSecondsWithFourDecimals(double milliseconds, string expected)
    {
        await using var app = await StartAsync();

        using var response = await app.Client.GetAsync(Path(milliseconds));

        Assert.Equal(expected, Assert.Single(response.Headers.GetValues("X-Processing-Time")));
        Assert.False(response.Headers.Contains("X-Memory-Delta"));
    }

    [Fact]
    public async Task MemoryDelta_WhereItIsTracked_IsANumberOfBytes()
    {
        await using var app = await StartAsync([new("RouteMiddleware:Performance:TrackMemory", "true")]);

        using var response = await app.Client.GetAsync(new Uri("/hoard", UriKind.Relative));
        var delta = long.Parse(Assert.Single(response.Headers.GetValues("X-Memory-Delta")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        // Others of this process may collect meanwhile.
        Assert.InRange(delta, -2_000_000_000, 2_000_000_000);
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1_000, true)]
    [InlineData(1_001, true)]
    public async Task SlowRequest_FromTheDefaultThresholdOn_IsWarnedOfWithItsTemplate(double milliseconds, bool isSlow)
    {
        await using var app = await StartAsync();

        using var response = await app.Client.GetAsync(Path(milliseconds));

        var expected = isSlow ? [$"Slow request: GET /take/{{milliseconds:double}} took {milliseconds}.0 ms; the threshold is 1000 ms."] : Array.Empty<string>();
        Assert.Equal(expected, WarningsOf(app));
    }

    [Theory]
    [InlineData("30s", 29_999, 0)]
    [InlineData("30s", 30_000, 1)]
    [InlineData("1.00:00:00", 30_000, 0)]
    public async Task SlowRequestThreshold_OfTheSettings_Counts(string threshold, double milliseconds, int warnings)
    {
        await using var app = await StartAsync([new("RouteMiddleware:Performance:SlowRequestThreshold", threshold)]);

        using var response = await app.Client.GetAsync(Path(milliseconds));

        Assert.Equal(warnings, WarningsOf(app).Length);
    }

    [Theory]
    [InlineData("/fail", "/fail")]
    [InlineData("/nowhere", "(none)")]
    public async Task SlowRequest_ThatFailsOrMatchesNothing_IsWarnedOfOnce(string path, string route)
    {
        await using var app = await StartAsync(handled: true);

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.True(response.Headers.Contains("X-Processing-Time"));
        Assert.StartsWith($"Slow request: GET {route} took 5000.0 ms", Assert.Single(WarningsOf(app)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROPFIND", "PROPFIND")]
    [InlineData("A!#$", "_OTHER")]
    [InlineData("ABCDEFGHIJKLMNOPQ", "_OTHER")]
    public async Task Method_ThatTheCallerMadeUp_IsNotLoggedAsItCame(string method, string logged)
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/nowhere", UriKind.Relative));

        using var response = await app.Client.SendAsync(request);

        Assert.StartsWith($"Slow request: {logged} (none)", Assert.Single(WarningsOf(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Performance_TwiceInOneChain_TellsTheOutermostAndWarnsOnce()
    {
        await using var app = await StartAsync();

        using var response = await app.Client.GetAsync(new Uri("/twice", UriKind.Relative));

        Assert.Equal("2.0000s", Assert.Single(response.Headers.GetValues("X-Processing-Time")));
        Assert.Single(WarningsOf(app));
    }

    [Fact]
    public async Task WithPerformance_OnARoute_WinsOverTheSettings()
    {
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                builder.Services.AddRouteMiddleware();
            },
            app => app.MapGet("/strict", () => _clock.Advance(TimeSpan.FromMilliseconds(10))).WithPerformance(static o => o.SlowRequestThreshold = TimeSpan.FromMilliseconds(10)));

        using var response = await app.Client.GetAsync(new Uri("/strict", UriKind.Relative));

        Assert.Single(WarningsOf(app));
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("1.00:00:01")]
    public async Task P9_Start_WithAThresholdOutOfRange_IsRefused(string threshold)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync([new("RouteMiddleware:Performance:SlowRequestThreshold", threshold)]));

        Assert.Contains("SlowRequestThreshold (", error.Message, StringComparison.Ordinal);
        Assert.Contains("must be above zero and at most 1 day", error.Message, StringComparison.Ordinal);
    }

    private static Uri Path(double milliseconds) => new(string.Create(CultureInfo.InvariantCulture, $"/take/{milliseconds}"), UriKind.Relative);

    private static string[] WarningsOf(TestApp app)
        => [.. app.Logs.Records.Where(static record => record is { Level: LogLevel.Warning, EventId.Name: "Slow" }).Select(static record => record.Message)];

    private Task<TestApp> StartAsync(IEnumerable<KeyValuePair<string, string?>>? settings = null, bool handled = false) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.Services.AddRouteMiddleware().Use("performance");
        },
        app =>
        {
            app.UseRouteMiddleware();

            if (handled)
            {
                app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled")));
            }

            app.MapGet("/take/{milliseconds:double}", (double milliseconds) => _clock.Advance(TimeSpan.FromMilliseconds(milliseconds)));
            app.MapGet("/hoard", static () => new byte[1_000_000].Length);
            app.MapGet("/fail", string () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                throw new InvalidOperationException("broken");
            });
            app.MapGet("/twice", () => _clock.Advance(TimeSpan.FromSeconds(1)))
                .WithMiddleware((context, next) =>
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    return next(context);
                })
                .WithPerformance();
            app.Use((context, next) =>
            {
                if (context.Request.Path == "/nowhere")
                {
                    _clock.Advance(TimeSpan.FromSeconds(5));
                }

                return next(context);
            });
        },
        settings);
}
