using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Benchmarks.Pipeline;
using RouteMiddleware.Middleware.Performance;

namespace RouteMiddleware.Benchmarks.Performance;

/// <summary>The time of a request in a header, and a warning where it is slow: ours beside what one writes by hand. There is nothing in the box that does it.</summary>
[MemoryDiagnoser]
public class PerformanceBenchmarks
{
    private static readonly TimeSpan Threshold = TimeSpan.FromSeconds(1);

    private readonly FiringResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly ILogger _logger = NullLogger.Instance;
    private readonly PerformanceMiddleware _ours = new(new(), TimeProvider.System, NullLogger<PerformanceMiddleware>.Instance);
    private readonly PerformanceMiddleware _oursWithMemory = new(new() { TrackMemory = true }, TimeProvider.System, NullLogger<PerformanceMiddleware>.Instance);

    [GlobalSetup]
    public void Setup() => _context.Features.Set<IHttpResponseFeature>(_response);

    [Benchmark(Baseline = true)]
    public Task ByHand() => SendAsync(HandWrittenAsync(_context, _handler));

    [Benchmark]
    public Task Ours() => SendAsync(_ours.InvokeAsync(_context, _handler));

    [Benchmark]
    public Task OursWithMemory() => SendAsync(_oursWithMemory.InvokeAsync(_context, _handler));

    private async Task HandWrittenAsync(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["X-Processing-Time"] = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0000}s");
            return Task.CompletedTask;
        });

        try
        {
            await next(context);
        }
        finally
        {
            if (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed >= Threshold)
            {
                _logger.LogWarning("Slow request: {Method} took {Elapsed}.", context.Request.Method, elapsed);
            }
        }
    }

    // The same cleaning for all: the next request finds a context as new.
    private async Task SendAsync(Task request)
    {
        await request;
        await _response.SendHeadersAsync();
        _context.Response.Headers.Clear();
        _context.Features.Set<PerformancePass>(null);
    }
}
