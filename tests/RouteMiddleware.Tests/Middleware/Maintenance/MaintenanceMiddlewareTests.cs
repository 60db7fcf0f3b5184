using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Maintenance;

public sealed class MaintenanceMiddlewareTests
{
    private const HttpStatusCode Open = HttpStatusCode.OK;
    private const HttpStatusCode Closed = HttpStatusCode.ServiceUnavailable;

    [Fact]
    public async Task Defaults_AreThoseOfTheDocumentationAndOpen()
    {
        var options = new MaintenanceOptions();
        await using var app = await MaintenanceApp.StartAsync();

        Assert.Equal((false, "System under maintenance", TimeSpan.FromSeconds(300)), (options.Enabled, options.Message, options.RetryAfter));
        Assert.Equal(["/health"], options.AllowedPaths);
        Assert.Empty(options.AllowedIps);
        Assert.Null(options.Until);
        Assert.Equal(Open, await app.StatusAsync());
        Assert.False(app.Switch.IsOn);
    }

    [Theory]
    [InlineData("Enabled=true", "System under maintenance", 300)]
    [InlineData("Enabled=true, Message=Back at noon, RetryAfter=90s", "Back at noon", 90)]
    [InlineData("Enabled=true, RetryAfter=00:00:01.5", "System under maintenance", 2)]
    public async Task M1_Closed_IsA503ThatTellsWhenToComeBack(string settings, string detail, int seconds)
    {
        await using var app = await MaintenanceApp.StartAsync(settings);

        using var response = await app.GetAsync();
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(Closed, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(seconds), response.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("maintenance_mode", problem.GetProperty("code").GetString());
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.Equal(seconds, problem.GetProperty("retry_after").GetInt32());
        Assert.True(app.Switch.IsOn);
        Assert.Contains(app.App.Logs.Records, static record => record is { Level: LogLevel.Debug, EventId.Name: "Refused" });
    }

    [Theory]
    [InlineData("/orders")]
    [InlineData("/nowhere/at/all")]
    public async Task M2_Closed_IsNeverCached(string path)
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true");

        using var response = await app.GetAsync(path);

        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("/health", Open)]
    [InlineData("/HEALTH", Open)]
    [InlineData("/health/", Open)]
    [InlineData("/health/live", Open)]
    [InlineData("/healthsecret", Closed)]
    [InlineData("/heal", Closed)]
    [InlineData("/orders/health", Closed)]
    [InlineData("/health/../orders", Closed)]
    [InlineData("/health%2f..%2forders", Closed)]
    [InlineData("/", Closed)]
    public async Task M1_HealthRoutes_StayOpenBySegment(string path, HttpStatusCode expected)
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true");

        var answer = await app.App.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {(int)expected} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/status", Open)]
    [InlineData("/status/deep", Open)]
    [InlineData("/a/b", Open)]
    [InlineData("/a", Closed)]
    [InlineData("/health", Closed)]
    public async Task AllowedPaths_OfTheSettings_TakeTheDefaultsPlace(string path, HttpStatusCode expected)
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true, AllowedPaths:0=/Status/, AllowedPaths:1=/a/b");

        Assert.Equal(expected, await app.StatusAsync(path));
    }

    [Theory]
    [InlineData("192.0.2.7", Open)]
    [InlineData("::ffff:192.0.2.7", Open)]
    [InlineData("192.0.2.8", Closed)]
    [InlineData("2001:db8:1::1", Open)]
    [InlineData("2001:db9::1", Closed)]
    [InlineData("none", Closed)]
    public async Task M1_AllowedAddresses_Pass(string peer, HttpStatusCode expected)
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true, AllowedIps:0=192.0.2.7, AllowedIps:1=2001:db8::/32");

        Assert.Equal(expected, await app.StatusAsync(peer: peer));
    }

    [Theory]
    [InlineData(0, 3600)]
    [InlineData(3599.2, 1)]
    [InlineData(3598.9, 2)]
    [InlineData(3600, null)]
    [InlineData(3601, null)]
    public async Task Until_ClosesTheTimeBeforeItAndTellsWhatIsLeft(double secondsLater, int? retryAfter)
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true, Until=2030-01-01T14:00:00+01:00");
        app.Clock.Advance(TimeSpan.FromSeconds(secondsLater));

        using var response = await app.GetAsync();

        Assert.Equal(retryAfter is null ? Open : Closed, response.StatusCode);
        Assert.Equal(retryAfter, (int?)response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Equal(retryAfter is not null, app.Switch.IsOn);
    }

    [Fact]
    public async Task Until_InThePastAtStart_IsOpenAndLogged()
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true, Until=2029-12-31");

        Assert.Equal(Open, await app.StatusAsync());
        Assert.False(app.Switch.IsOn);
        var record = Assert.Single(app.App.Logs.Records, static record => record.EventId.Name == "Over");
        Assert.Equal(LogLevel.Warning, record.Level);
        Assert.Contains(new DateTimeOffset(2029, 12, 31, 0, 0, 0, TimeSpan.Zero).ToString(CultureInfo.InvariantCulture), record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Until_ToCome_IsNotLoggedAsPast()
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true, Until=2030-01-02");

        Assert.DoesNotContain(app.App.Logs.Records, static record => record.EventId.Name == "Over");
    }

    [Fact]
    public async Task Door_OfARoute_ClosesThatRouteAlone()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/closed", static () => "").WithMaintenance(o => o.Enabled = true);
                app.MapGet("/open", static () => "").WithMaintenance();
            });

        using var closed = await app.Client.GetAsync(new Uri("/closed", UriKind.Relative));
        using var open = await app.Client.GetAsync(new Uri("/open", UriKind.Relative));

        Assert.Equal((Closed, Open), (closed.StatusCode, open.StatusCode));
        var metadata = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0].Metadata.GetOrderedMetadata<ProducesResponseTypeMetadata>();
        Assert.Contains(metadata, static answer => answer is { StatusCode: 503 });
    }

    [Fact]
    public void Preflights_OfARoute_ArePassedOnByTheGlobalList()
        => Assert.True(typeof(MaintenanceMiddleware).IsDefined(typeof(SkipsPreflightAttribute), inherit: false));

    [Theory]
    [InlineData("/"), InlineData(""), InlineData("//"), InlineData("health"), InlineData("/a*"), InlineData("/a%20b"), InlineData("/a?b"), InlineData("/a#b"), InlineData("/a\\b")]
    public async Task Start_WithAPathThatCantBeMeant_IsRefused(string path)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", static () => "").WithMaintenance(o => o.AllowedPaths = [path])));

        Assert.Contains($"AllowedPaths ('{path}') must be a path such as /health", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(
            () => MaintenanceApp.StartAsync("Message= , AllowedIps:0=1, AllowedIps:1=10.0.0.1/8, AllowedPaths:0=/, RetryAfter=00:00:00.999"));
        var unreadable = await Assert.ThrowsAsync<RouteMiddlewareException>(() => MaintenanceApp.StartAsync("Until=tomorrow, Enabld=true"));

        Assert.Contains("Message must be a text", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowedIps ('1') must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowedIps ('10.0.0.1/8') must not", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowedPaths ('/') must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("RetryAfter must be one second or more, but is 00:00:00.999", error.Message, StringComparison.Ordinal);
        Assert.Contains("Maintenance:Until", unreadable.Message, StringComparison.Ordinal);
        Assert.Contains("'Enabld'", unreadable.Message, StringComparison.Ordinal);
    }
}
