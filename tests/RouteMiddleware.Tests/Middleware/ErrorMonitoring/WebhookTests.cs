using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

public sealed class WebhookTests : IAsyncLifetime
{
    private readonly WatchedClock _clock = new();
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly Queue<int> _statuses = new();
    private TestApp _receiver = null!;

    public async Task InitializeAsync() => _receiver = await TestApp.StartAsync(
        static _ => { },
        app =>
        {
            app.MapPost("/hook/s3cr3t", async (HttpContext context) =>
            {
                using var reader = new StreamReader(context.Request.Body);
                await _received.Writer.WriteAsync($"{context.Request.ContentType}|{await reader.ReadToEndAsync()}");
                context.Response.StatusCode = _statuses.TryDequeue(out var status) ? status : 204;
                context.Response.Headers.Location = "/elsewhere";
            });
            app.MapPost("/elsewhere", async () => await _received.Writer.WriteAsync("elsewhere"));
            app.MapGet("/elsewhere", async () => await _received.Writer.WriteAsync("elsewhere"));
        });

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task E3_Alert_IsPostedAsJsonWithNothingOfTheCaller()
    {
        await using var app = await StartAsync();

        await app.GetAsync("/fail?password=hunter2");
        var parts = (await NextAsync()).Split('|', 2);
        var alert = JsonDocument.Parse(parts[1]).RootElement;

        Assert.Equal("application/json", parts[0]);
        Assert.Equal(
            ["application", "count", "exception_type", "first_at", "last_at", "route", "status", "suppressed", "text", "window_seconds"],
            alert.EnumerateObject().Select(static member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal((500, "/fail", 1, 300), (alert.GetProperty("status").GetInt32(), alert.GetProperty("route").GetString(), alert.GetProperty("count").GetInt32(), alert.GetProperty("window_seconds").GetInt32()));
        Assert.Equal("System.InvalidOperationException", alert.GetProperty("exception_type").GetString());
        Assert.DoesNotContain("hunter2", parts[1], StringComparison.Ordinal);
        Assert.DoesNotContain("secret of the message", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_WebhookThatIsDown_IsTriedAgainWithGrowingPauses()
    {
        foreach (var status in (int[])[503, 429, 408, 500])
        {
            _statuses.Enqueue(status);
        }

        await using var app = await StartAsync();

        Assert.Equal(500, await app.GetAsync("/fail"));
        await NextAsync();

        foreach (var seconds in (int[])[1, 2, 4, 8])
        {
            await _clock.PassAsync(TimeSpan.FromSeconds(seconds));
            await NextAsync();
        }

        await app.App.StopAsync();

        Assert.False(_received.Reader.TryRead(out _));
        Assert.Equal(
            ["status 503", "status 429", "status 408", "status 500"],
            MessagesOf(app, "Failed").Select(static message => message.Split(": ")[1].TrimEnd('.').Replace(". It is tried again", "", StringComparison.Ordinal)));
        Assert.Empty(MessagesOf(app, "GivenUp"));
        AssertNoSecret(app);
    }

    [Fact]
    public async Task E2_WebhookThatStaysDown_IsGivenUpAfterItsAttempts()
    {
        _statuses.Enqueue(500);
        _statuses.Enqueue(500);
        await using var app = await StartAsync("WebhookAttempts=2");

        await app.GetAsync("/fail");
        await _clock.PassAsync(TimeSpan.FromSeconds(1));
        await NextAsync();
        await NextAsync();
        await app.App.StopAsync();

        Assert.Equal("The webhook at 127.0.0.1 failed at attempt 2: status 500. The alert of status 500 on /fail is given up.", Assert.Single(MessagesOf(app, "GivenUp")));
        AssertNoSecret(app);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(404)]
    public async Task E2_RedirectsAndRefusals_AreNeitherFollowedNorTriedAgain(int status)
    {
        _statuses.Enqueue(status);
        await using var app = await StartAsync();

        await app.GetAsync("/fail");
        await NextAsync();
        await app.App.StopAsync();

        Assert.False(_received.Reader.TryRead(out _));
        Assert.Single(MessagesOf(app, "GivenUp"));
    }

    [Fact]
    public async Task P7_Stop_WhileTheWebhookIsDown_TriesOnceMoreAndEnds()
    {
        _statuses.Enqueue(503);
        _statuses.Enqueue(503);
        await using var app = await StartAsync();
        await app.GetAsync("/fail");
        await NextAsync();

        await app.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Single(MessagesOf(app, "GivenUp"));
    }

    [Fact]
    public async Task E2_WebhookThatNobodyListensAt_DelaysNoRequest()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1, WebhookUrl=http://127.0.0.1:1/s3cr3t", clock: _clock);

        Assert.Equal(500, await app.GetAsync("/fail", 20));
        await _clock.PassAsync(TimeSpan.FromSeconds(1));
        await _clock.PassAsync(TimeSpan.FromSeconds(2));
        await app.App.StopAsync();

        Assert.Contains(MessagesOf(app, "Failed"), static message => message.Contains("failed at attempt 2: ConnectionError", StringComparison.Ordinal));
        AssertNoSecret(app);
    }

    private static string[] MessagesOf(TestApp app, string eventName) => [.. app.Logs.Records.Where(record => record.EventId.Name == eventName).Select(static record => record.Message)];

    private static void AssertNoSecret(TestApp app)
        => Assert.DoesNotContain(app.Logs.Records, static record => $"{record.Message} {record.Exception}".Contains("s3cr3t", StringComparison.Ordinal));

    private Task<string> NextAsync() => _received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    private Task<TestApp> StartAsync(string settings = "")
        => ErrorMonitoringApp.StartAsync(settings: $"AlertThreshold=1, WebhookTimeout=50s, WebhookUrl={_receiver.Address}hook/s3cr3t, {settings}", clock: _clock);
}
