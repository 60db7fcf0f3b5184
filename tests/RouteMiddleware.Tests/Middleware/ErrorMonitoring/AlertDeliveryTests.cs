using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.ErrorMonitoring;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

public sealed class AlertDeliveryTests
{
    private readonly AlertSink _sink = new();

    [Fact]
    public async Task E2_SinksThatThrowOrNeverAnswer_HarmNeitherRequestsNorOtherSinks()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(_sink, "AlertThreshold=1", services: static services =>
        {
            services.AddSingleton<IAlertSink, Throwing>();
            services.AddSingleton<IAlertSink, Hanging>();
        });

        Assert.Equal(500, await app.GetAsync("/status/500"));
        Assert.Equal(503, await app.GetAsync("/status/503"));

        Assert.Equal(500, (await _sink.NextAsync()).Status);
        Assert.Equal(503, (await _sink.NextAsync()).Status);
    }

    [Fact]
    public async Task E2_SinkThatThrows_IsLoggedAndAskedAgain()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1", services: static services => services.AddSingleton<IAlertSink, Throwing>());

        await app.GetAsync("/status/500");
        await app.GetAsync("/status/503");
        await app.App.StopAsync();

        Assert.Equal(
            ["Throwing could not send the alert of status 500 on /status/{code:int}.", "Throwing could not send the alert of status 503 on /status/{code:int}."],
            app.Logs.Records.Where(static record => record is { Level: LogLevel.Error, EventId.Name: "Failed" }).Select(static record => record.Message));
    }

    [Fact]
    public async Task E2_SinkThatHangs_LosesItsTurnAfterHalfAMinute()
    {
        var clock = new WatchedClock();
        var hanging = new Hanging();
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1", clock: clock, services: services => services.AddSingleton<IAlertSink>(hanging));

        await app.GetAsync("/status/500");
        await app.GetAsync("/status/503");
        await clock.PassAsync(TimeSpan.FromSeconds(30));

        await hanging.CalledTwice.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task P7_Stop_SendsWhatWaits()
    {
        var slow = new Slow();
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1", services: services => services.AddSingleton<IAlertSink>(slow));

        for (var status = 500; status < 520; status++)
        {
            await app.GetAsync($"/status/{status}");
        }

        var stop = app.App.StopAsync();
        slow.Go.SetResult();
        await stop;

        Assert.Equal(20, slow.Sent);
    }

    [Fact]
    public async Task P7_Stop_DoesNotWaitForASinkThatHangs()
    {
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1", services: static services => services.AddSingleton<IAlertSink, Hanging>());
        await app.GetAsync("/status/500");

        await app.App.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(20));
    }

    // A test's host is stopped by its factory, and disposed of by its own entry point at the same time.
    [Fact]
    public async Task P7_Stop_OfWhatIsDisposedOf_DoesNotThrow()
    {
        var slow = new Slow();
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1, WebhookUrl=https://127.0.0.1:1/", services: services => services.AddSingleton<IAlertSink>(slow));
        var delivery = app.App.Services.GetRequiredService<AlertDelivery>();
        await app.GetAsync("/status/500");

        var stop = delivery.StopAsync(CancellationToken.None);
        delivery.Dispose();
        slow.Go.SetResult();
        await stop;
        await delivery.StopAsync(CancellationToken.None);
        delivery.Dispose();

        Assert.Equal(1, slow.Sent);
    }

    [Fact]
    public async Task E2_AlertsBeyondTheQueue_AreDroppedAndToldSo()
    {
        var slow = new Slow();
        await using var app = await ErrorMonitoringApp.StartAsync(settings: "AlertThreshold=1, Statuses:0=100-599", services: services => services.AddSingleton<IAlertSink>(slow));

        for (var status = 450; status < 599; status++)
        {
            await app.GetAsync($"/status/{status}");
        }

        slow.Go.SetResult();
        await app.App.StopAsync();

        // One was taken out of the queue of a hundred at once.
        Assert.InRange(slow.Sent, 100, 101);
        Assert.Contains(app.Logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "Dropped" });
    }

    private sealed class Throwing : IAlertSink
    {
        public Task SendAsync(Alert alert, CancellationToken cancellationToken) => throw new InvalidOperationException("broken");
    }

    private sealed class Hanging : IAlertSink
    {
        private int _calls;

        public TaskCompletionSource CalledTwice { get; } = new();

        public Task SendAsync(Alert alert, CancellationToken cancellationToken)
        {
            if (++_calls == 2)
            {
                CalledTwice.SetResult();
            }

            return new TaskCompletionSource().Task;
        }
    }

    private sealed class Slow : IAlertSink
    {
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Sent { get; private set; }

        public async Task SendAsync(Alert alert, CancellationToken cancellationToken)
        {
            await Go.Task;
            Sent++;
        }
    }
}
