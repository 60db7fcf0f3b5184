using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Metrics;

/// <summary>OpenTelemetry's own SDK listens to the library, as an application's does. It listens to the whole process, so nothing runs beside it.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class OpenTelemetryTests
{
    private const string Route = "/telemetry/{id}";

    [Fact]
    public async Task Meter_ReadByTheSdk_TellsDurationsAndRefusals()
    {
        using var exporter = new Collected();
        using var reader = new BaseExportingMetricReader(exporter);
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("RouteMiddleware").AddReader(reader).Build();
        await using var app = await StartAsync();

        Assert.Equal(200, await app.GetAsync("/telemetry/1"));
        Assert.Equal(429, await app.GetAsync("/telemetry/2"));
        Assert.True(reader.Collect());

        Assert.Contains("http.server.request.duration s GET 200 /telemetry/{id} 1", exporter.Points);
        Assert.Contains("http.server.request.duration s GET 429 /telemetry/{id} 1", exporter.Points);
        Assert.Contains("routemiddleware.middleware.duration s /telemetry/{id} rate_limit 2", exporter.Points);
        Assert.Contains("routemiddleware.refusals {request} rate_limit rate_limit_exceeded 1", exporter.Points);
    }

    [Fact]
    public async Task Spans_ReadByTheSdk_StandForEachMiddleware()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var processor = new Ended(spans);
        using var provider = Sdk.CreateTracerProviderBuilder().AddSource("RouteMiddleware", "Microsoft.AspNetCore").AddProcessor(processor).Build();
        await using var app = await StartAsync();

        await app.GetAsync("/telemetry/1");
        await app.App.StopAsync();

        Assert.Equal(["metrics", "rate_limit"], spans.Select(static span => span.OperationName).Order(StringComparer.Ordinal));
        var outer = spans.Single(static span => span.OperationName == "metrics");
        Assert.Equal(outer.SpanId, spans.Single(static span => span.OperationName == "rate_limit").ParentSpanId);
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware().Use("metrics"),
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGet(Route, static (string id) => id).WithMiddleware("rate_limit:1/1m");
        });

    private sealed class Collected : BaseExporter<Metric>
    {
        public List<string> Points { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    List<string> words = [metric.Name, metric.Unit];

                    foreach (var tag in point.Tags)
                    {
                        words.Add($"{tag.Value}");
                    }

                    words.Add($"{(metric.MetricType == MetricType.Histogram ? point.GetHistogramCount() : point.GetSumLong())}");
                    Points.Add(string.Join(' ', words));
                }
            }

            return ExportResult.Success;
        }
    }

    private sealed class Ended(ConcurrentQueue<Activity> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            // The span of the request itself, which the SDK needs to see, is ASP.NET Core's.
            if (data.Source.Name == "RouteMiddleware")
            {
                spans.Enqueue(data);
            }
        }
    }
}
