using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.ErrorMonitoring;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

public sealed class ErrorMonitoringMiddlewareTests
{
    private readonly ManualClock _clock = new();
    private readonly AlertSink _sink = new();

    [Fact]
    public async Task E1_TheTenthErrorWithinTheWindow_RaisesExactlyOneAlert()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, clock: _clock);

        await app.GetAsync("/status/503", 9);
        _clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(0, _sink.Waiting);
        await app.GetAsync("/status/503", 50);
        var alert = await _sink.NextAsync();

        Assert.Equal((503, "/status/{code:int}", 10, TimeSpan.FromSeconds(300)), (alert.Status, alert.Route, alert.Count, alert.Window));
        _clock.Advance(TimeSpan.FromSeconds(300));
        await app.GetAsync("/status/503", 10);
        Assert.Equal(49, (await _sink.NextAsync()).Suppressed);
        await app.App.StopAsync();
        Assert.Equal(0, _sink.Waiting);
        Assert.Equal(
            ["Alert: 10 errors with status 503 on /status/{code:int} within 300 s. Last exception: none. Suppressed since the last alert: 0.", "Alert: 10 errors with status 503 on /status/{code:int} within 300 s. Last exception: none. Suppressed since the last alert: 49."],
            app.Logs.Records.Where(static record => record.Level == LogLevel.Critical).Select(static record => record.Message));
    }

    [Fact]
    public async Task ExceptionsAndAnswers_OfOneStatus_CountTogether()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, "AlertThreshold=2", map: static app => app.MapGet("/either", static (bool fail) =>
            fail ? throw new InvalidOperationException("broken") : Results.StatusCode(500)));

        Assert.Equal(500, await app.GetAsync("/either?fail=false"));
        Assert.Equal(500, await app.GetAsync("/either?fail=true"));

        Assert.Equal(("/either", "System.InvalidOperationException"), await _sink.NextAsync() is var alert ? (alert.Route, alert.ExceptionType) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exception_WithAHandlerInFrontOrBehind_CountsOnce(bool isInFront)
    {
        // The page of errors answers 500 too, through the same list.
        await using var app = await ErrorMonitoringApp.StartAsync(
            _sink,
            "AlertThreshold=2",
            before: app => _ = isInFront ? app.UseExceptionHandler("/status/500") : app,
            map: app => _ = isInFront ? app : app.UseExceptionHandler("/status/500"));

        Assert.Equal(500, await app.GetAsync("/fail", 3));
        Assert.Equal("/fail", (await _sink.NextAsync()).Route);
        await app.App.StopAsync();

        Assert.Equal(0, _sink.Waiting);
    }

    [Theory]
    [InlineData("", 404)]
    [InlineData("", 429)]
    [InlineData("Statuses:0=400-599", 429)]
    [InlineData("Statuses:0=503", 500)]
    public async Task R20_Answers_ThatAreNoErrors_RaiseNothing(string settings, int status)
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, $"AlertThreshold=1, {settings}");

        Assert.Equal(status, await app.GetAsync($"/status/{status}", 3));
        await app.App.StopAsync();

        Assert.Equal(0, _sink.Waiting);
    }

    [Theory]
    [InlineData("", 500)]
    [InlineData("", 599)]
    [InlineData("Statuses:0=429", 429)]
    [InlineData("Statuses:0=503, Statuses:1=404", 404)]
    public async Task Answers_ThatAreErrors_RaiseAnAlert(string settings, int status)
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, $"AlertThreshold=1, {settings}");

        Assert.Equal(status, await app.GetAsync($"/status/{status}"));

        Assert.Equal(status, (await _sink.NextAsync()).Status);
    }

    [Fact]
    public async Task BrokenRequest_IsTheCallersError()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, "AlertThreshold=1", map: static app => app.MapGet("/bad", static string () => throw new BadHttpRequestException("bad", 400)));

        Assert.Equal(400, await app.GetAsync("/bad"));
        await app.App.StopAsync();

        Assert.Equal(0, _sink.Waiting);
    }

    [Fact]
    public async Task E6_RequestThatTheCallerGivesUp_IsNoError()
    {
        var (entered, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, "AlertThreshold=1", map: app => app.MapGet("/wait", async (HttpContext context) =>
        {
            context.Response.OnCompleted(() =>
            {
                left.SetResult();
                return Task.CompletedTask;
            });
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        using var giveUp = new CancellationTokenSource();

        var request = app.Client.GetAsync(new Uri("/wait", UriKind.Relative), giveUp.Token);
        await entered.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await app.App.StopAsync();

        Assert.Equal(0, _sink.Waiting);
    }

    [Fact]
    public async Task Cancellation_ThatIsNotTheCallers_IsAnError()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, "AlertThreshold=1", map: static app => app.MapGet("/timeout", static string () => throw new TaskCanceledException()));

        await app.GetAsync("/timeout");

        Assert.Equal("System.Threading.Tasks.TaskCanceledException", (await _sink.NextAsync()).ExceptionType);
    }

    [Fact]
    public async Task E7_HundredThousandPaths_AreOneEntry()
    {
        using var delivery = new AlertDelivery([], _clock, NullLogger<AlertDelivery>.Instance);
        var monitor = new ErrorMonitoringMiddleware(new(), delivery, _clock, new HostingEnvironment { ApplicationName = "Test" });
        var context = new DefaultHttpContext { Response = { StatusCode = 503 } };

        for (var i = 0; i < 100_000; i++)
        {
            context.Request.Path = $"/nowhere/{i}";
            await monitor.InvokeAsync(context, static _ => Task.CompletedTask);
        }

        Assert.Equal(1, monitor.Entries);
    }

    [Fact]
    public void Pass_OfAGoodAnswer_AllocatesNothingAndIsTheNextTaskItself()
    {
        using var delivery = new AlertDelivery([], _clock, NullLogger<AlertDelivery>.Instance);
        var monitor = new ErrorMonitoringMiddleware(new(), delivery, _clock, new HostingEnvironment { ApplicationName = "Test" });
        var context = new DefaultHttpContext();
        RequestDelegate next = static _ => Task.CompletedTask;
        Assert.Same(Task.CompletedTask, monitor.InvokeAsync(context, next));

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = monitor.InvokeAsync(context, next);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task WithErrorMonitoring_OnARoute_WinsOverTheSettings()
    {
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddSingleton<IAlertSink>(_sink);
            },
            static app => app.MapGet("/teapot", static () => Results.StatusCode(418)).WithErrorMonitoring(static o =>
            {
                o.AlertThreshold = 1;
                o.Statuses = ["418"];
            }));

        await app.GetAsync("/teapot");

        Assert.Equal(418, (await _sink.NextAsync()).Status);
    }
}
