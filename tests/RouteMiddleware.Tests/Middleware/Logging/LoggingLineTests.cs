using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Logging;

public sealed class LoggingLineTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Request_OfAHandlerThatTakes234Milliseconds_IsTwoLines()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(234), clock: _clock);
        using var response = await app.Client.PostAsync(new Uri("/orders/7", UriKind.Relative), null);

        var records = await app.StopAsync();

        Assert.Equal(["→ POST /orders/7", "← 200 (0.234s)"], records.Select(static record => record.Message));
        Assert.All(records, static record => Assert.Equal(LogLevel.Information, record.Level));
        Assert.Equal(["Request", "Response"], records.Select(static record => record.EventId.Name));
    }

    [Theory]
    [InlineData("LogRequests=false", "← 200 (0.000s)")]
    [InlineData("LogResponses=false", "→ GET /")]
    [InlineData("LogRequests=false, LogResponses=false", "")]
    public async Task Lines_ThatTheOptionsTurnOff_AreMissing(string settings, string expected)
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0), settings, _clock);
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal(expected, string.Join('|', await app.LinesAsync()));
    }

    [Fact]
    public async Task LoggerName_IsTheCategory()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0), "LoggerName=Shop.Http", _clock);
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal(2, (await app.StopAsync("Shop.Http")).Length);
    }

    [Theory]
    [InlineData(999, LogLevel.Information, "← 200 (0.999s)")]
    [InlineData(1000, LogLevel.Warning, "← 200 (1.000s), slower than 1.000s: GET /slow")]
    [InlineData(1001, LogLevel.Warning, "← 200 (1.001s), slower than 1.000s: GET /slow")]
    public async Task SlowThreshold_Reached_IsAWarning(int milliseconds, LogLevel level, string expected)
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(milliseconds), "SlowThreshold=1s", _clock);
        using var response = await app.Client.GetAsync(new Uri("/slow", UriKind.Relative));

        var record = (await app.StopAsync())[^1];

        Assert.Equal((level, expected), (record.Level, record.Message));
    }

    [Fact]
    public async Task SlowThreshold_WithoutResponses_StillWarns()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(2000), "SlowThreshold=1s, LogResponses=false, LogRequests=false", _clock);
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("← 200 (2.000s), slower than 1.000s: GET /", Assert.Single(await app.LinesAsync()));
    }

    [Fact]
    public async Task L2_Query_OfTheCaller_IsMasked()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0));
        await app.SendRawAsync("GET /a?page=2&access_token=SECRET&c%6fde=SECRET&csrfToken=SECRET&zipcode=8000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.Equal("→ GET /a?page=2&access_token=***&c%6fde=***&csrfToken=***&zipcode=8000", (await app.LinesAsync())[0]);
    }

    [Fact]
    public async Task SensitiveQueryKeys_OfTheSettings_TakeTheDefaultsPlace()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0), "SensitiveQueryKeys:0=ticket");
        using var response = await app.Client.GetAsync(new Uri("/a?ticket=1&code=2", UriKind.Relative));

        Assert.Equal("→ GET /a?ticket=***&code=2", (await app.LinesAsync())[0]);
    }

    [Fact]
    public async Task L1_PathsOfTheCaller_StayOnOneLine()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0));
        await app.SendRawAsync("GET /a%0d%0a%e2%86%90%20200%20b%1b[31m%e2%80%a8?c=%0a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.Equal("→ GET /a\\r\\n← 200 b\\u001B[31m\\u2028?c=%0a", (await app.LinesAsync())[0]);
    }

    [Theory]
    [InlineData("/{0}/{Method}", "?x=%7B0%7D${jndi:ldap://x}%25n")]
    public async Task L7_Templates_InThePathAreText(string path, string query)
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0));
        await app.SendRawAsync($"GET {path}{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.Equal($"→ GET {path}{query}", (await app.LinesAsync())[0]);
    }

    [Fact]
    public async Task L6_PathAndQuery_AreCutAtOneKibibyte()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0));
        await app.SendRawAsync($"GET /{new string('a', 3000)}?{new string('b', 3000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.Equal($"→ GET /{new string('a', 1023)}…?{new string('b', 1023)}…", (await app.LinesAsync())[0]);
    }

    [Fact]
    public async Task J16_L2_Headers_AreLoggedWithoutSecrets()
    {
        await using var app = await LoggingApp.StartAsync(
            context =>
            {
                context.Response.Headers["Set-Cookie"] = "sid=SECRET";
                context.Response.Headers["X-Kind"] = "plain";
                context.Response.Headers["Location"] = "/next?code=SECRET";
                return Task.CompletedTask;
            },
            "LogHeaders=true");
        await app.SendRawAsync(
            "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer SECRET\r\nProxy-Authorization: SECRET\r\nCookie: a=SECRET\r\nX-API-Key: SECRET\r\nX-Csrf-Token: SECRET\r\n"
            + "Referer: https://x/a?token=SECRET&b=1\r\nX-Note: eyJhbGciOiJIUzI1NiJ9.SECRET.SECRET\r\nX-Ok: {0} fine\r\nX-Tab: a\tb\r\nConnection: close\r\n\r\n");

        var lines = await app.LinesAsync();

        Assert.DoesNotContain("SECRET", string.Concat(lines), StringComparison.Ordinal);
        Assert.StartsWith("→ GET / [", lines[0], StringComparison.Ordinal);
        Assert.Contains("; Authorization: ***", lines[0], StringComparison.Ordinal);
        Assert.Contains("; Referer: https://x/a?token=***&b=1", lines[0], StringComparison.Ordinal);
        Assert.Contains("; X-Ok: {0} fine", lines[0], StringComparison.Ordinal);
        Assert.Contains("; X-Tab: a\\tb", lines[0], StringComparison.Ordinal);
        Assert.Contains("X-Kind: plain", lines[1], StringComparison.Ordinal);
        Assert.Contains("Location: /next?code=***", lines[1], StringComparison.Ordinal);
        Assert.Contains("Set-Cookie: ***", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SensitiveHeaders_OfTheSettings_TakeTheDefaultsPlaceButNotTheUsualWords()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0), "LogHeaders=true, SensitiveHeaders:0=X-Mine");
        await app.SendRawAsync("GET / HTTP/1.1\r\nHost: x\r\nX-Mine: a\r\nX-Refresh-Token: b\r\nCookie: c\r\nConnection: close\r\n\r\n");

        var line = (await app.LinesAsync())[0];

        Assert.Contains("X-Mine: ***", line, StringComparison.Ordinal);
        Assert.Contains("X-Refresh-Token: ***", line, StringComparison.Ordinal);
        Assert.Contains("Cookie: c", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task L2_Star_MasksEveryHeaderAndQueryKey()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0), "LogHeaders=true, SensitiveHeaders:0=*, SensitiveQueryKeys:0=*");
        await app.SendRawAsync("GET /?a=1&b=2 HTTP/1.1\r\nHost: x\r\nX-Any: y\r\nConnection: close\r\n\r\n");

        Assert.Equal("→ GET /?a=***&b=*** [Connection: ***; Host: ***; X-Any: ***]", (await app.LinesAsync())[0]);
    }

    [Fact]
    public async Task L6_Headers_AreCut()
    {
        await using var app = await LoggingApp.StartAsync(TakeAsync(0), "LogHeaders=true");
        var headers = string.Concat(Enumerable.Range(0, 24).Select(static i => $"X-Many-{i}: {new string('v', 1200)}\r\n"));
        await app.SendRawAsync($"GET / HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");

        var line = (await app.LinesAsync())[0];

        Assert.Contains($": {new string('v', 1024)}…", line, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('v', 1025), line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 8 * 1024, 10 * 1024);
        Assert.EndsWith("; …]", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entry_InBothPlaces_IsLoggedOnce()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "x").WithLogging();
                app.MapGet("/other", static () => "x").WithLogging(static o => o.LoggerName = "Other");
            },
            [new("RouteMiddleware:Middleware:0", "logging")]);
        using var first = await app.Client.GetAsync(app.Address);
        using var second = await app.Client.GetAsync(new Uri("/other", UriKind.Relative));

        Assert.Equal(4, (await app.StopAsync()).Length);
        Assert.Equal(2, (await app.StopAsync("Other")).Length);
    }

    [Fact]
    public void Logger_ThatIsOff_LetsRequestsPass()
    {
        var task = new TaskCompletionSource().Task;
        using var loggers = LoggerFactory.Create(static logging => logging.SetMinimumLevel(LogLevel.Error));
        var middleware = new RouteMiddleware.Middleware.Logging.LoggingMiddleware(new(), _clock, loggers);
        var context = new DefaultHttpContext();

        Assert.Same(task, middleware.InvokeAsync(context, _ => task));

        var next = new RequestDelegate(static _ => Task.CompletedTask);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            _ = middleware.InvokeAsync(context, next);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private RequestDelegate TakeAsync(int milliseconds) => context =>
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return context.Response.WriteAsync("done");
    };
}
