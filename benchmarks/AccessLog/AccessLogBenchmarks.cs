using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.AccessLog;

namespace RouteMiddleware.Benchmarks.AccessLog;

/// <summary>One line per request in a file: ours beside the in-box W3C log.</summary>
[MemoryDiagnoser]
public class AccessLogBenchmarks : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("access-log-").FullName;
    private readonly CompletingResponse _response = new();
    private readonly DefaultHttpContext _context;
    private readonly IHttpResponseBodyFeature _body = new StreamResponseBodyFeature(Stream.Null);
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _w3cLogging;
    private readonly AccessLogFiles _files = new(TimeProvider.System, new AccessLogMetrics(), NullLogger<AccessLogFile>.Instance);
    private readonly AccessLogMiddleware _ours;

    public AccessLogBenchmarks()
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<Microsoft.Extensions.Hosting.IHostEnvironment>(new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { ContentRootPath = _folder })
            .AddW3CLogging(o => o.LogDirectory = _folder)
            .BuildServiceProvider();
        _w3cLogging = BuildInBox();
        _ours = new AccessLogMiddleware(new() { Path = Path.Combine(_folder, "access.log") }, TimeProvider.System, _files, NullLoggerFactory.Instance);

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = "/orders/7", QueryString = "?page=2&size=50", Protocol = "HTTP/1.1" });
        features.Set<IHttpResponseFeature>(_response);
        features.Set(_body);
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        _context = new DefaultHttpContext(features) { RequestServices = _services, TraceIdentifier = "id" };
        _context.Request.Headers.UserAgent = "agent/1.0";
    }

    [Benchmark(Baseline = true)]
    public Task InBoxW3C() => _w3cLogging(_context);

    [Benchmark]
    public async Task Ours()
    {
        // The next request finds a context as new.
        _context.Features.Set<AccessLogPass>(null);
        _context.Features.Set(_body);
        await _ours.InvokeAsync(_context, _handler);
        await _response.CompleteAsync();
    }

    // The in-box W3C log can be disposed asynchronously alone.
    [GlobalCleanup]
    public void Dispose()
    {
        _ours.Dispose();
        _files.Dispose();
        _services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private RequestDelegate BuildInBox()
    {
        var app = new ApplicationBuilder(_services);
        app.UseW3CLogging();
        app.Run(_handler);
        return app.Build();
    }

    private sealed class CompletingResponse : HttpResponseFeature
    {
        private Func<object, Task>? _callback;
        private object? _state;

        public override void OnCompleted(Func<object, Task> callback, object state) => (_callback, _state) = (callback, state);

        public Task CompleteAsync() => _callback!(_state!);
    }
}
