using System.Net;
using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Benchmarks.RateLimit;

/// <summary>
/// One request through a limit by address, from 256 callers in turn, against ASP.NET Core's RateLimiter middleware. The response runs its callbacks as a server does, so
/// that the cost of our headers is in the figures; ASP.NET Core's middleware sends none, and is compared with ours without and with them.
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
    private readonly List<RateLimitMiddleware> _ours = [];
    private int _caller;
    private ServiceProvider _services = null!;
    private HttpContext _context = null!;
    private RequestDelegate _inBoxSliding = null!;
    private RequestDelegate _inBoxFixed = null!;
    private RequestDelegate _inBoxTokenBucket = null!;
    private RequestDelegate _inBoxConcurrency = null!;
    private RequestDelegate _inBoxRefused = null!;
    private RequestDelegate _inBoxRefusedWithProblem = null!;
    private RateLimitMiddleware _sliding = null!;
    private RateLimitMiddleware _slidingWithoutHeaders = null!;
    private RateLimitMiddleware _fixed = null!;
    private RateLimitMiddleware _fixedWithoutHeaders = null!;
    private RateLimitMiddleware _tokenBucket = null!;
    private RateLimitMiddleware _tokenBucketWithoutHeaders = null!;
    private RateLimitMiddleware _concurrency = null!;
    private RateLimitMiddleware _concurrencyWithoutHeaders = null!;
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

        _inBoxSliding = InBox(static address => RateLimitPartition.GetSlidingWindowLimiter(
            address,
            static _ => new() { PermitLimit = Unreachable, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 8 }));
        _inBoxFixed = InBox(static address => RateLimitPartition.GetFixedWindowLimiter(
            address,
            static _ => new() { PermitLimit = Unreachable, Window = TimeSpan.FromMinutes(1) }));
        _inBoxTokenBucket = InBox(static address => RateLimitPartition.GetTokenBucketLimiter(
            address,
            static _ => new() { TokenLimit = Unreachable, TokensPerPeriod = Unreachable, ReplenishmentPeriod = TimeSpan.FromMinutes(1) }));
        _inBoxConcurrency = InBox(static address => RateLimitPartition.GetConcurrencyLimiter(address, static _ => new() { PermitLimit = Usual }));
        _inBoxRefused = InBox(static address => RateLimitPartition.GetFixedWindowLimiter(address, static _ => OneAnHour()));
        _inBoxRefusedWithProblem = InBox(static address => RateLimitPartition.GetFixedWindowLimiter(address, static _ => OneAnHour()), WriteProblemAsync);

        (_sliding, _slidingWithoutHeaders) = Ours(RateLimitAlgorithm.Sliding);
        (_fixed, _fixedWithoutHeaders) = Ours(RateLimitAlgorithm.Fixed);
        (_tokenBucket, _tokenBucketWithoutHeaders) = Ours(RateLimitAlgorithm.TokenBucket);
        (_concurrency, _concurrencyWithoutHeaders) = Ours(RateLimitAlgorithm.Concurrency);
        _refused = Ours(new RateLimitOptions { PermitLimit = 1, Window = TimeSpan.FromHours(1) });
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

    [Benchmark]
    [BenchmarkCategory("fixed")]
    public Task FixedWithoutHeaders() => RunAsync(_fixedWithoutHeaders.InvokeAsync(Next(), _end));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("token bucket")]
    public Task InBoxTokenBucket() => RunAsync(_inBoxTokenBucket(Next()));

    [Benchmark]
    [BenchmarkCategory("token bucket")]
    public Task TokenBucket() => RunAsync(_tokenBucket.InvokeAsync(Next(), _end));

    [Benchmark]
    [BenchmarkCategory("token bucket")]
    public Task TokenBucketWithoutHeaders() => RunAsync(_tokenBucketWithoutHeaders.InvokeAsync(Next(), _end));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("concurrency")]
    public Task InBoxConcurrency() => RunAsync(_inBoxConcurrency(Next()));

    [Benchmark]
    [BenchmarkCategory("concurrency")]
    public Task Concurrency() => RunAsync(_concurrency.InvokeAsync(Next(), _end));

    [Benchmark]
    [BenchmarkCategory("concurrency")]
    public Task ConcurrencyWithoutHeaders() => RunAsync(_concurrencyWithoutHeaders.InvokeAsync(Next(), _end));

    [Benchmark]
    [BenchmarkCategory("refused")]
    public Task InBoxRefusedWithoutBody() => RunAsync(_inBoxRefused(Next()));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("refused")]
    public Task InBoxRefusedWithProblem() => RunAsync(_inBoxRefusedWithProblem(Next()));

    [Benchmark]
    [BenchmarkCategory("refused")]
    public Task Refused() => RunAsync(_refused.InvokeAsync(Next(), _end));

    [GlobalCleanup]
    public void Dispose()
    {
        _ours.ForEach(static limit => limit.Dispose());
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    private static FixedWindowRateLimiterOptions OneAnHour() => new() { PermitLimit = 1, Window = TimeSpan.FromHours(1) };

    // The same kind of body as ours, as an application writes it.
    private static async ValueTask WriteProblemAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        context.Response.Headers.RetryAfter = "3600";
        context.Response.Headers.CacheControl = "no-store";
        var problem = new ProblemDetails
        {
            Status = StatusCodes.Status429TooManyRequests,
            Title = "Too many requests",
            Detail = "More requests came than the limit allows; try again after the time that Retry-After tells.",
            Instance = context.Request.Path,
            Extensions = { ["code"] = "rate_limit_exceeded", ["retry_after"] = 3600 },
        };
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new() { HttpContext = context, ProblemDetails = problem });
    }

    private (RateLimitMiddleware WithHeaders, RateLimitMiddleware Without) Ours(RateLimitAlgorithm algorithm)
        => (Ours(new RateLimitOptions { PermitLimit = Usual, Window = UsualWindow, Algorithm = algorithm }),
            Ours(new RateLimitOptions { PermitLimit = Usual, Window = UsualWindow, Algorithm = algorithm, Headers = RateLimitHeaders.None }));

    private RateLimitMiddleware Ours(RateLimitOptions options)
    {
        var limit = new RateLimitMiddleware(options, TimeProvider.System, NullLogger<RateLimitMiddleware>.Instance, new RateLimitReports(), new RateLimitMetrics());
        _ours.Add(limit);
        return limit;
    }

    private RequestDelegate InBox(
        Func<IPAddress, RateLimitPartition<IPAddress>> partition,
        Func<OnRejectedContext, CancellationToken, ValueTask>? onRejected = null)
    {
        var app = new ApplicationBuilder(_services);
        app.UseRateLimiter(new()
        {
            RejectionStatusCode = StatusCodes.Status429TooManyRequests,
            OnRejected = onRejected,
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

    // What the server does around: headers go out, the request ends, and the next one finds none.
    private async Task RunAsync(Task request)
    {
        await request;
        await _response.EndAsync();
    }

    private sealed class ServerResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
        private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

        public async ValueTask EndAsync()
        {
            while (_starting.TryPop(out var entry))
            {
                await entry.Callback(entry.State);
            }

            while (_completed.TryPop(out var entry))
            {
                await entry.Callback(entry.State);
            }

            Headers.Clear();
            StatusCode = StatusCodes.Status200OK;
        }
    }
}
