using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.ErrorMonitoring;

namespace RouteMiddleware.Benchmarks.ErrorMonitoring;

/// <summary>A good answer and a failed one, watched: ours beside a counter by hand, without a window and without bounds. There is nothing in the box that does it.</summary>
[MemoryDiagnoser]
public class ErrorMonitoringBenchmarks : IDisposable
{
    private readonly ConcurrentDictionary<(int Status, string Path), int> _counts = new();
    private readonly DefaultHttpContext _context = new();
    private readonly AlertDelivery _delivery = new([], TimeProvider.System, NullLogger<AlertDelivery>.Instance);
    private readonly RequestDelegate _good = static _ => Task.CompletedTask;
    private readonly RequestDelegate _bad = static context =>
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    };

    private ErrorMonitoringMiddleware _ours = null!;

    [GlobalSetup]
    public void Setup() => _ours = new(new(), _delivery, TimeProvider.System, new HostingEnvironment { ApplicationName = "Benchmark" });

    [GlobalCleanup]
    public void Dispose()
    {
        _delivery.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public Task GoodByHand() => HandWrittenAsync(_good);

    [Benchmark]
    public Task GoodOurs() => WatchAsync(_good);

    [Benchmark]
    public Task BadByHand() => HandWrittenAsync(_bad);

    [Benchmark]
    public Task BadOurs() => WatchAsync(_bad);

    private Task WatchAsync(RequestDelegate handler)
    {
        _context.Response.StatusCode = StatusCodes.Status200OK;
        return _ours.InvokeAsync(_context, handler);
    }

    private async Task HandWrittenAsync(RequestDelegate handler)
    {
        _context.Response.StatusCode = StatusCodes.Status200OK;

        try
        {
            await handler(_context);
        }
        finally
        {
            if (_context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            {
                _counts.AddOrUpdate((_context.Response.StatusCode, "/"), 1, static (_, count) => count + 1);
            }
        }
    }
}
