using System.Net;
using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Benchmarks.RateLimit;

/// <summary>
/// One request through a limit by address, from 256 callers in turn, against ASP.NET Core's RateLimiter middleware. The response runs its <c>OnStarting</c> callbacks as
/// a server does, so that the cost of our headers is in the figures; ASP.NET Core's middleware sends none.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class RateLimitBenchmarks : IDisposable
{
    private const int Callers = 256;
    private const int Unreachable = 1_000_000_000;

    // Nobody reaches it either, but what remains is a number of the size that applications have.
    private const int Usual = 1_000;
    private static readonly TimeSpan UsualWindow = TimeSpan.FromMilliseconds(10);

    private readonly RequestDelegate _end = static _ => Task.CompletedTask;
    private readonly ServerResponse _response = new();
    private readonly HttpConnectionFeature _connection = new();
    private readonly IPAddress[] _callers = [.. Enumerable.Range(0, Callers).Select(static i => new IPAddress([192, 0, 2, (byte)i]))];
    private int _caller;
    private ServiceProvider _services = null!;
    private HttpContext _context = null!;
    private RequestDelegate _inBoxSliding = null!;
    private RequestDelegate _inBoxFixed = null!;
    private RequestDelegate _inBoxRefused = null!;
    private RateLimitMiddleware _sliding = null!;
    private RateLimitMiddleware _fixed = null!;
    private RateLimitMiddleware _slidingWithoutHeaders = null!;
    private RateLimitMiddleware _refused = null!;

    [GlobalSetup]
    public void Setup()
    {
        _services = new ServiceCollection().AddLogging().AddMetrics().AddProblemDetails().AddRateLimiter(static _ => { }).BuildServiceProvider();

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = "/orders", Protocol = "HTTP/1.1" });
        features.Set<IHttpResponseFeature>(_response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpConnectionFeature>(_connection);
        _context = new DefaultHttpContext(features) { RequestServices = _services };

        _inBoxSliding = InBox(address => RateLimitPartition.GetSlidingWindowLimiter(
            address,
            static _ => new() { PermitLimit = Unreachable, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 8 }));
        _inBoxFixed = InBox(address => RateLimitPartition.GetFixedWindowLimiter(
            address,
            static _ => new() { PermitLimit = Unreachable, Window = TimeSpan.FromMinutes(1) }));
        _inBoxRefused = InBox(address => RateLimitPartition.GetFixedWindowLimiter(
            address,
            static _ => new() { PermitLimit = 1, Window = TimeSpan.FromHours(1) }));

        _sliding = Ours(static o => (o.PermitLimit, o.Window) = (Usual, UsualWindow));
        _fixed = Ours(static o => (o.PermitLimit, o.Window, o.Algorithm) = (Usual, UsualWindow, RateLimitAlgorithm.Fixed));
        _slidingWithoutHeaders = Ours(static o => (o.PermitLimit, o.Window, o.Headers) = (Usual, UsualWindow, RateLimitHeaders.None));
        _refused = Ours(static o => (o.PermitLimit, o.Window) = (1, TimeSpan.FromHours(1)));
    }

    [Benchmark]
    [BenchmarkCategory("harness")]
    public Task Nothing() => RunAsync(_end(Next()));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("sliding")]
    public Task InBoxSliding() => RunAsync(_inBoxSliding(Next()));

    [Benchmark]
    [BenchmarkCategory("sliding")]
    public Task Sliding() => RunAsync(_sliding.InvokeAsync(Next(), _end));

    [Benchmark]
    [BenchmarkCategory("sliding")]
    public Task SlidingWithoutHeaders() => RunAsync(_slidingWithoutHeaders.InvokeAsync(Next(), _end));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("fixed")]
    public Task InBoxFixed() => RunAsync(_inBoxFixed(Next()));

    [Benchmark]
    [BenchmarkCategory("fixed")]
    public Task Fixed() => RunAsync(_fixed.InvokeAsync(Next(), _end));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("refused")]
    public Task InBoxRefused() => RunAsync(_inBoxRefused(Next()));

    [Benchmark]
    [BenchmarkCategory("refused")]
    public Task Refused() => RunAsync(_refused.InvokeAsync(Next(), _end));

    [GlobalCleanup]
    public void Dispose()
    {
        _sliding.Dispose();
        _fixed.Dispose();
        _slidingWithoutHeaders.Dispose();
        _refused.Dispose();
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    private static RateLimitMiddleware Ours(Action<RateLimitOptions> configure)
    {
        var options = new RateLimitOptions();
        configure(options);
        return new(options, TimeProvider.System, NullLogger<RateLimitMiddleware>.Instance, new RateLimitReports(), new RateLimitMetrics());
    }

    private RequestDelegate InBox(Func<IPAddress, RateLimitPartition<IPAddress>> partition)
    {
        var app = new ApplicationBuilder(_services);
        app.UseRateLimiter(new()
        {
            RejectionStatusCode = StatusCodes.Status429TooManyRequests,
            GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => partition(context.Connection.RemoteIpAddress!)),
        });
        app.Run(_end);
        return app.Build();
    }

    private HttpContext Next()
    {
        _connection.RemoteIpAddress = _callers[_caller++ & (Callers - 1)];
        return _context;
    }

    // What the server does around: headers go out, and the next request finds none.
    private async Task RunAsync(Task request)
    {
        await request;
        await _response.StartAsync();
    }

    private sealed class ServerResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

        public async ValueTask StartAsync()
        {
            while (_starting.TryPop(out var entry))
            {
                await entry.Callback(entry.State);
            }

            Headers.Clear();
            StatusCode = StatusCodes.Status200OK;
        }
    }
}
