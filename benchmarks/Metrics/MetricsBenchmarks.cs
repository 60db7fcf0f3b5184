using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Metrics;

namespace RouteMiddleware.Benchmarks.Metrics;

/// <summary>
/// A request that is counted and timed: ours beside the same measurements by hand (which is what ASP.NET Core's hosting does), both listened to by our export; and ours while nobody listens.
/// </summary>
[MemoryDiagnoser]
public class MetricsBenchmarks : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ServiceProvider _unheard = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly DefaultHttpContext _context = new() { Request = { Method = "GET" } };
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;

    private MetricsExport _export = null!;
    private Histogram<double> _durations = null!;
    private UpDownCounter<long> _active = null!;
    private MetricsMiddleware _ours = null!;
    private MetricsMiddleware _oursUnheard = null!;

    [GlobalSetup]
    public void Setup()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _export = new(new MetricsOptions { Meters = ["ByHand"] }, meters, NullLogger.Instance);
        _durations = meters.Create("ByHand").CreateHistogram<double>("http.server.request.duration", "s");
        _active = meters.Create("ByHand").CreateUpDownCounter<long>("http.server.active_requests");
        _ours = new(new(), new(meters), TimeProvider.System);
        _oursUnheard = new(new(), new(_unheard.GetRequiredService<IMeterFactory>()), TimeProvider.System);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _export.Dispose();
        _services.Dispose();
        _unheard.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public async Task ByHand()
    {
        var started = TimeProvider.System.GetTimestamp();
        _active.Add(1, new KeyValuePair<string, object?>("http.request.method", _context.Request.Method));
        await _handler(_context);
        _active.Add(-1, new KeyValuePair<string, object?>("http.request.method", _context.Request.Method));
        _durations.Record(
            TimeProvider.System.GetElapsedTime(started).TotalSeconds,
            new("http.request.method", _context.Request.Method),
            new("http.route", "(none)"),
            new("http.response.status_code", _context.Response.StatusCode));
    }

    [Benchmark]
    public Task Ours()
    {
        _context.Features.Set<MeasuredMark>(null);
        return _ours.InvokeAsync(_context, _handler);
    }

    [Benchmark]
    public Task OursWhileNobodyListens() => _oursUnheard.InvokeAsync(_context, _handler);

    [Benchmark]
    public int Scrape() => _export.Write(isOpenMetrics: false).Length;
}
