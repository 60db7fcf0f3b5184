using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Benchmarks.Pipeline;
using RouteMiddleware.Middleware.Timing;

namespace RouteMiddleware.Benchmarks.Timing;

/// <summary>The time of a request, from the way in until the headers go out: ours beside what one writes by hand.</summary>
[MemoryDiagnoser]
public class TimingBenchmarks : IDisposable
{
    private const string Header = "X-Response-Time";

    private readonly FiringResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly TimingMiddleware _ours = new(new(), TimeProvider.System);
    private readonly TimingMiddleware _oursWithServerTiming = new(new() { ServerTiming = true }, TimeProvider.System);

    [GlobalSetup]
    public void Setup() => _context.Features.Set<IHttpResponseFeature>(_response);

    [GlobalCleanup]
    public void Dispose()
    {
        _ours.Dispose();
        _oursWithServerTiming.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public Task ByHand() => SendAsync(HandWrittenAsync(_context, _handler));

    [Benchmark]
    public Task Ours() => SendAsync(_ours.InvokeAsync(_context, _handler));

    [Benchmark]
    public Task OursWithServerTiming() => SendAsync(_oursWithServerTiming.InvokeAsync(_context, _handler));

    private static Task HandWrittenAsync(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0000}s");
            return Task.CompletedTask;
        });
        return next(context);
    }

    // The same cleaning for all: the next request finds a context as new.
    private async Task SendAsync(Task request)
    {
        await request;
        await _response.SendHeadersAsync();
        _context.Response.Headers.Clear();
        _context.Features.Set<TimingPass>(null);
    }
}
