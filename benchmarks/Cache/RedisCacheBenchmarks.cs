using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Cache;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Cache;

/// <summary>One answer of 90 bytes, given again from Redis, beside the raw client's GET of as much, and ASP.NET Core's output cache in memory. Needs redis-server.</summary>
[MemoryDiagnoser]
public class RedisCacheBenchmarks : IDisposable
{
    private readonly byte[] _body = new byte[90];
    private LocalRedis _server = null!;
    private ServiceProvider _services = null!;
    private ConnectionMultiplexer _raw = null!;
    private RequestDelegate _inBox = null!;
    private CacheMiddleware _ours = null!;
    private RequestDelegate _handler = null!;
    private HttpContext[] _contexts = [];

    /// <summary>How many ask at a time.</summary>
    [Params(1, 32, 256)]
    public int Callers { get; set; }

    // In this process nobody would await it.
    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    private async Task SetupAsync()
    {
        (_server, _raw) = await LocalRedis.StartAsync();
        var services = new ServiceCollection().AddLogging().AddMetrics().AddOutputCache(static o => o.AddBasePolicy(static policy => policy.Expire(TimeSpan.FromHours(1))));
        services.AddSingleton<IConnectionMultiplexer>(_raw).AddRouteMiddleware().AddRedis();
        _services = services.BuildServiceProvider();
        _handler = context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.Body.WriteAsync(_body).AsTask();
        };

        var app = new ApplicationBuilder(_services);
        app.UseOutputCache();
        app.Run(_handler);
        _inBox = app.Build();

        var options = new CacheOptions { Duration = TimeSpan.FromHours(1), Store = "redis", StoreTimeout = TimeSpan.FromSeconds(10) };
        _ours = new(
            options,
            new CacheServices(
                new MemoryCacheStore(TimeProvider.System, options.SizeLimit),
                options.SizeLimit,
                new FillTable(),
                new CacheMetrics(),
                TimeProvider.System,
                NullLogger.Instance,
                new(() => [.. _services.GetServices<IRouteCacheStore>()])));
        _contexts = [.. Enumerable.Range(0, Callers).Select(_ => CreateContext())];

        // As many bytes as the answer takes.
        await _raw.GetDatabase().StringSetAsync("raw", new byte[800]);
        await Hit();
        await InBoxHitInMemory();
    }

    [Benchmark(Baseline = true)]
    public Task RawGet()
    {
        var database = _raw.GetDatabase();
        var calls = new Task[Callers];

        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = database.StringGetAsync("raw");
        }

        return Task.WhenAll(calls);
    }

    [Benchmark]
    public Task Hit() => AllAsync(context => _ours.InvokeAsync(context, _handler));

    [Benchmark]
    public Task InBoxHitInMemory() => AllAsync(_inBox);

    [GlobalCleanup]
    public void Dispose()
    {
        _services.Dispose();
        _raw.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task AllAsync(RequestDelegate call)
    {
        var calls = new Task[Callers];

        for (var i = 0; i < calls.Length; i++)
        {
            // What the server does around: the next request finds an empty answer.
            var context = _contexts[i];
            context.Response.Headers.Clear();
            context.Response.StatusCode = StatusCodes.Status200OK;
            calls[i] = call(context);
        }

        return Task.WhenAll(calls);
    }

    private DefaultHttpContext CreateContext()
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Scheme = "http", Path = "/orders", QueryString = "?page=1", Protocol = "HTTP/1.1" });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        var context = new DefaultHttpContext(features) { RequestServices = _services };
        context.Request.Host = new("shop.example");
        return context;
    }
}
