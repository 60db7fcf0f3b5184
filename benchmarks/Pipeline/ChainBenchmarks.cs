using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Benchmarks.Pipeline;

/// <summary>A request through N middleware that have nothing to do: our chain beside the ways of plain ASP.NET Core.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class ChainBenchmarks : IDisposable
{
    private readonly DefaultHttpContext _context = new();
    private WebApplication? _app;
    private RequestDelegate _bare = null!;
    private RequestDelegate _nested = null!;
    private RequestDelegate _nestedMiddleware = null!;
    private RequestDelegate _convention = null!;
    private RequestDelegate _filters = null!;
    private RequestDelegate _ours = null!;
    private WebApplication? _watchable;
    private RequestDelegate _unwatched = null!;

    [Params(1, 3, 5, 10)]
    public int N { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddRouteMiddleware().AddMiddleware<Passing.Middleware>("passing");
        _app = builder.Build();

        RequestDelegate handler = static _ => Task.CompletedTask;
        _app.MapGet("/bare", handler);
        var filtered = _app.MapGet("/filters", handler);
        var ours = _app.MapGet("/ours", handler);
        _nested = handler;
        _nestedMiddleware = handler;
        Func<HttpContext, RequestDelegate, Task> middleware = static (context, next) => next(context);
        var convention = new ApplicationBuilder(_app.Services);

        for (var i = 0; i < N; i++)
        {
            var next = _nested;
            _nested = context => next(context);
            var inner = _nestedMiddleware;
            _nestedMiddleware = context => middleware(context, inner);
            convention.UseMiddleware<Passing.Convention>();
            filtered.AddEndpointFilter(new Passing.Filter());
            ours.WithMiddleware("passing");
        }

        convention.Run(handler);
        _convention = convention.Build();
        await _app.StartAsync();

        var endpoints = _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToDictionary(endpoint => endpoint.RoutePattern.RawText!);
        _bare = endpoints["/bare"].RequestDelegate!;
        _filters = endpoints["/filters"].RequestDelegate!;
        _ours = endpoints["/ours"].RequestDelegate!;
        _context.RequestServices = _app.Services;

        _watchable = await CreateWatchableAsync();
        _unwatched = _watchable.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static endpoint => endpoint.RoutePattern.RawText == "/ours").RequestDelegate!;
    }

    private async Task<WebApplication> CreateWatchableAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--environment", "Development"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddRouteMiddleware().AddMiddleware<Passing.Middleware>("passing");
        var app = builder.Build();
        app.MapMiddlewareExplorer("/_middleware");
        var ours = app.MapGet("/ours", (RequestDelegate)(static _ => Task.CompletedTask));

        for (var i = 0; i < N; i++)
        {
            ours.WithMiddleware("passing");
        }

        await app.StartAsync();
        return app;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        ((IDisposable?)_app)?.Dispose();
        ((IDisposable?)_watchable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public Task BareEndpoint() => _bare(_context);

    [Benchmark(Baseline = true)]
    public Task HandNestedDelegates() => _nested(_context);

    /// <summary>As <c>app.Use((context, next) => …)</c> nests them.</summary>
    [Benchmark]
    public Task HandNestedMiddleware() => _nestedMiddleware(_context);

    [Benchmark]
    public Task ConventionMiddleware() => _convention(_context);

    [Benchmark]
    public Task EndpointFilters() => _filters(_context);

    [Benchmark]
    public Task OurChain() => _ours(_context);

    /// <summary>Where an explorer could watch, and nobody looks.</summary>
    [Benchmark]
    public Task OurChainUnwatched() => _unwatched(_context);
}
