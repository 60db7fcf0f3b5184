using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Metrics;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Metrics;

public sealed class MetricsExportTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LogSink _logs = new();
    private readonly Meter _meter;
    private MetricsExport? _export;

    public MetricsExportTests() => _meter = _services.GetRequiredService<IMeterFactory>().Create("Test");

    [Fact]
    public async Task Series_BeyondTheLimit_AreToldTogether()
    {
        Listen(maxSeries: 3);
        var counter = _meter.CreateCounter<long>("hits");

        for (var i = 0; i < 1_000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("key", i));
        }

        var samples = await PrometheusParser.ParseAsync(Text());

        Assert.Equal(["0 1", "1 1", "2 1", " 997"], samples.Select(static sample => $"{sample["key"]} {sample.Value}"));
        Assert.Equal("true", samples[^1]["otel_metric_overflow"]);
    }

    [Fact]
    public async Task Tags_InAnotherOrder_AreTheSameSeries()
    {
        Listen();
        var counter = _meter.CreateCounter<int>("hits", "{hit}");
        counter.Add(1, new("b", "2"), new("a", 1));
        counter.Add(2, new("a", "1"), new("b", 2));

        var sample = Assert.Single(await PrometheusParser.ParseAsync(Text()));

        Assert.Equal(("hits_total", "1", "2", 3), (sample.Name, sample["a"], sample["b"], sample.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Labels_OfAnyContent_ComeThroughWhole(bool isOpenMetrics)
    {
        Listen();
        _meter.CreateCounter<int>("hits", description: "With \"quotes\", a \\ and\na line.").Add(1, new("text", "a\"b\\c\nd{},=é"), new("le", "x"), new("9.9", true), new("none", null));

        var sample = Assert.Single(await PrometheusParser.ParseAsync(Text(isOpenMetrics), isOpenMetrics));

        Assert.Equal("a\"b\\c\nd{},=é", sample["text"]);
        Assert.Equal("x", sample["exported_le"]);
        Assert.Equal("true", sample["_9_9"]);
        Assert.Null(sample["none"]);
    }

    [Fact]
    public async Task Kinds_OfInstruments_BecomeThoseOfPrometheus()
    {
        Listen();
        _meter.CreateCounter<double>("bytes.sent", "By").Add(1.5);
        _meter.CreateUpDownCounter<long>("queue.length").Add(5);
        _meter.CreateUpDownCounter<long>("queue.length").Add(-2);
        var gauge = _meter.CreateGauge<double>("temperature", "Cel");
        gauge.Record(20);
        gauge.Record(-3.5);
        _meter.CreateObservableCounter("ticks", static () => 7L);
        _meter.CreateObservableGauge("load", static () => 0.25, "1");
        _meter.CreateHistogram<int>("size", "By").Record(7);
        var samples = await PrometheusParser.ParseAsync(Text());

        // Observed anew, not added up.
        samples = [.. samples, .. await PrometheusParser.ParseAsync(Text())];

        Assert.Equal(
            ["counter bytes_sent_bytes_total 1.5", "counter ticks_total 7", "gauge load_ratio 0.25", "gauge queue_length 3", "gauge temperature_celsius -3.5", "histogram size_bytes_count 1", "histogram size_bytes_sum 7"],
            samples.Where(static sample => !sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).Select(static sample => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{sample.Type} {sample.Name} {sample.Value}")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Values_ThatACounterOrHistogramCanNotTake_AreLeftOut()
    {
        Listen();
        var counter = _meter.CreateCounter<double>("hits");
        var histogram = _meter.CreateHistogram<double>("time", "s");

        foreach (var value in (double[])[-1, double.NaN, double.PositiveInfinity, 2])
        {
            counter.Add(value);
            histogram.Record(value);
        }

        var samples = await PrometheusParser.ParseAsync(Text());

        Assert.Equal(2, samples.Single(static sample => sample.Name == "hits_total").Value);
        Assert.Equal(1, samples.Single(static sample => sample.Name == "time_seconds_count").Value);
        Assert.Equal(2, samples.Single(static sample => sample.Name == "time_seconds_sum").Value);
    }

    [Fact]
    public async Task Observation_ThatFails_HidesNoOther()
    {
        Listen();
        _meter.CreateObservableGauge("broken", static int () => throw new InvalidOperationException("broken"));
        _meter.CreateObservableGauge("whole", static () => 1);

        Assert.Equal("whole", Assert.Single(await PrometheusParser.ParseAsync(Text())).Name);
        Assert.Contains(_logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "ObservationFailed" });
    }

    [Fact]
    public void Name_ThatAnotherKindHas_IsWarnedOf()
    {
        Listen();
        _meter.CreateGauge<int>("hits_total").Record(1);
        _meter.CreateCounter<int>("hits").Add(1);

        Assert.Equal("# TYPE hits_total gauge\nhits_total{otel_scope_name=\"Test\"} 1\n", Text());
        Assert.Contains(_logs.Records, static record => record is { Level: LogLevel.Warning, EventId.Name: "NameTaken" });
    }

    [Fact]
    public void Meters_ThatAreNotAskedFor_AreNotListenedTo()
    {
        Listen();
        using var sameNameElsewhere = new Meter(new MeterOptions("Test") { Scope = new object() });
        using var other = new Meter("Other");

        Assert.False(sameNameElsewhere.CreateCounter<int>("a").Enabled);
        Assert.False(other.CreateCounter<int>("b").Enabled);
        Assert.True(_meter.CreateCounter<int>("c").Enabled);
    }

    [Theory]
    [InlineData("http.server.request.duration", "s", nameof(MetricKind.Histogram), "http_server_request_duration_seconds")]
    [InlineData("request.seconds", "s", nameof(MetricKind.Histogram), "request_seconds")]
    [InlineData("requests", "{request}", nameof(MetricKind.Counter), "requests_total")]
    [InlineData("requests_total", null, nameof(MetricKind.Counter), "requests_total")]
    [InlineData("sent_total", "By", nameof(MetricKind.Counter), "sent_bytes_total")]
    [InlineData("speed", "By/s", nameof(MetricKind.Gauge), "speed_bytes_per_second")]
    [InlineData("share", "1", nameof(MetricKind.Gauge), "share_ratio")]
    [InlineData("share", "1", nameof(MetricKind.Counter), "share_total")]
    [InlineData("share", "%", nameof(MetricKind.Gauge), "share_percent")]
    [InlineData("a.-é b", null, nameof(MetricKind.Gauge), "a_b")]
    [InlineData("0a:b", "ms", nameof(MetricKind.Gauge), "_0a:b_milliseconds")]
    [InlineData("cost", "EUR", nameof(MetricKind.Gauge), "cost_EUR")]
    public void Name_OfAnInstrument_FollowsOpenTelemetrysRules(string instrument, string? unit, string kind, string expected)
        => Assert.Equal(expected, MetricNames.OfMetric(instrument, unit, Enum.Parse<MetricKind>(kind)));

    public void Dispose()
    {
        _export?.Dispose();
        _services.Dispose();
        _logs.Dispose();
    }

    private void Listen(int maxSeries = 100)
    {
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(_logs));
        _export = new(new() { Meters = ["Test"], MaxSeries = maxSeries }, _services.GetRequiredService<IMeterFactory>(), factory.CreateLogger("metrics"));
    }

    private string Text(bool isOpenMetrics = false) => Encoding.UTF8.GetString(_export!.Write(isOpenMetrics).Span);
}
