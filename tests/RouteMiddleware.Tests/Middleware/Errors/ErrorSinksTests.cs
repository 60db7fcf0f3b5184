using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

[Collection(MeasuredAlone.Name)]
public sealed class ErrorSinksTests
{
    [Fact]
    public async Task E8_TaskThatNobodyWaitsFor_IsLoggedAndCounted()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static () => "ok"));
        List<string> counted = [];
        using var listener = Listen(app, counted);

        FailUnobserved();

        for (var i = 0; i < 50 && !app.Logs.Records.Any(IsOurs); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var error = Assert.Single(app.Logs.Records, IsOurs);
        Assert.Equal(LogLevel.Error, error.Level);
        Assert.Equal("nobody waits for me: Password=[masked]", error.Exception!.Message);
        Assert.Contains("exception=System.InvalidOperationException route=(unobserved task) status=0", counted);

        static bool IsOurs(LogRecord record) => record.EventId.Name == "Unobserved" && record.Exception!.Message.StartsWith("nobody waits for me", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metric_OfErrors_TellsClassRouteAndStatus()
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                app.MapGet("/fail/{id}", static string (int id) => throw new TimeoutException());
                app.MapGet("/mapped", static string () => throw new KeyNotFoundException());
                app.Use(static (context, next) => context.Request.Path == "/nowhere" ? throw new FormatException() : next(context));
            },
            static builder => builder.MapError<KeyNotFoundException>(404));
        List<string> counted = [];
        using var listener = Listen(app, counted);

        await app.AnswerAsync("/fail/1");
        await app.AnswerAsync("/fail/2");
        await app.AnswerAsync("/mapped");
        await app.AnswerAsync("/nowhere");

        Assert.Equal(
            [
                "exception=System.TimeoutException route=/fail/{id} status=500", "exception=System.TimeoutException route=/fail/{id} status=500",
                "exception=System.Collections.Generic.KeyNotFoundException route=/mapped status=404", "exception=System.FormatException route=(none) status=500",
            ],
            counted);
    }

    [Fact]
    public async Task Pass_ThroughCommon_AllocatesNothing()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static _ => Task.CompletedTask).WithCommon());
        var chain = app.App.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints[0].RequestDelegate!;
        var context = new DefaultHttpContext();

        for (var i = 0; i < 100; i++)
        {
            Assert.True(chain(context).IsCompletedSuccessfully);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = chain(context);
        }

        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 1000);
    }

    private static MeterListener Listen(TestApp app, List<string> counted)
    {
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "routemiddleware.errors" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var text = string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));

            lock (counted)
            {
                counted.AddRange(Enumerable.Repeat(text, (int)value));
            }
        });
        listener.Start();
        return listener;
    }

    // In a method of its own, so that nothing keeps the task.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailUnobserved() => _ = Task.FromException(new InvalidOperationException("nobody waits for me: Password=hunter2"));
}
