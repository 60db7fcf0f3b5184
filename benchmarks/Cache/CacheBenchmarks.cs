using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Benchmarks.Cache;

/// <summary>One answer of 90 bytes, given again and made, against ASP.NET Core's output cache.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class CacheBenchmarks : IDisposable
{
    private readonly byte[] _body = new byte[90];
    private readonly HttpResponseFeature _response = new();
    private readonly HttpRequestFeature _request = new() { Method = "GET", Scheme = "http", Path = "/orders", QueryString = "?page=1", Protocol = "HTTP/1.1" };
    private int _page;
    private ServiceProvider _services = null!;
    private DefaultHttpContext _context = null!;
    private RequestDelegate _handler = null!;
    private RequestDelegate _inBox = null!;
    private CacheMiddleware _ours = null!;

    [GlobalSetup]
    public void Setup()
    {
        var services = new ServiceCollection().AddLogging().AddMetrics().AddOutputCache(static o => o.AddBasePolicy(static policy => policy.Expire(TimeSpan.FromHours(1))));
        services.AddRouteMiddleware();
        _services = services.BuildServiceProvider();

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(_request);
        features.Set<IHttpResponseFeature>(_response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        _context = new DefaultHttpContext(features) { RequestServices = _services };
        _context.Request.Host = new("shop.example");
        _handler = context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.Body.WriteAsync(_body).AsTask();
        };

        var app = new ApplicationBuilder(_services);
        app.UseOutputCache();
        app.Run(_handler);
        _inBox = app.Build();

        var options = new CacheOptions { Duration = TimeSpan.FromHours(1) };
        _ours = new(
            options,
            new CacheServices(
                new MemoryCacheStore(TimeProvider.System, options.SizeLimit),
                options.SizeLimit,
                new FillTable(),
                new CacheMetrics(),
                TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("hit")]
    public Task InBoxHit() => _inBox(Same());

    [Benchmark]
    [BenchmarkCategory("hit")]
    public Task Hit() => _ours.InvokeAsync(Same(), _handler);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("miss")]
    public Task InBoxMiss() => _inBox(Next());

    [Benchmark]
    [BenchmarkCategory("miss")]
    public Task Miss() => _ours.InvokeAsync(Next(), _handler);

    [GlobalCleanup]
    public void Dispose()
    {
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    private DefaultHttpContext Same()
    {
        Clear();
        return _context;
    }

    private DefaultHttpContext Next()
    {
        Clear();
        _request.QueryString = $"?page={++_page}";
        return _context;
    }

    // What the server does around: the next request finds an empty answer.
    private void Clear()
    {
        _response.Headers.Clear();
        _response.StatusCode = StatusCodes.Status200OK;
    }
}
