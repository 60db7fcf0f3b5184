using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Benchmarks.Errors;

/// <summary>A request that passes, and one whose handler throws and is answered with problem details: <c>common</c> beside the in-box exception handler.</summary>
[MemoryDiagnoser]
public class CommonBenchmarks : IDisposable
{
    private WebApplication? _app;
    private RequestDelegate _bare = null!;
    private RequestDelegate _pass = null!;
    private RequestDelegate _throw = null!;
    private RequestDelegate _inBoxPass = null!;
    private RequestDelegate _inBoxThrow = null!;
    private IServiceScope _scope = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        RequestDelegate passing = static _ => Task.CompletedTask;
        RequestDelegate failing = static context => context is null ? Task.CompletedTask : throw new InvalidOperationException("broken");

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRouteMiddleware();
        _app = builder.Build();
        _app.MapGet("/pass", passing).WithCommon();
        _app.MapGet("/throw", failing).WithCommon();
        await _app.StartAsync();

        var endpoints = _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToDictionary(static endpoint => endpoint.RoutePattern.RawText!, StringComparer.Ordinal);
        _bare = passing;
        _pass = endpoints["/pass"].RequestDelegate!;
        _throw = endpoints["/throw"].RequestDelegate!;
        _inBoxPass = InBox(passing);
        _inBoxThrow = InBox(failing);
        _scope = _app.Services.CreateScope();
    }

    [Benchmark(Baseline = true)]
    public Task Bare() => SendAsync(_bare);

    [Benchmark]
    public Task InBoxPass() => SendAsync(_inBoxPass);

    [Benchmark]
    public Task OursPass() => SendAsync(_pass);

    [Benchmark]
    public Task InBoxThrow() => SendAsync(_inBoxThrow);

    [Benchmark]
    public Task OursThrow() => SendAsync(_throw);

    [GlobalCleanup]
    public void Dispose()
    {
        _scope.Dispose();
        ((IDisposable)_app!).Dispose();
        GC.SuppressFinalize(this);
    }

    private RequestDelegate InBox(RequestDelegate handler)
    {
        var app = new ApplicationBuilder(_app!.Services);
        app.UseExceptionHandler(new ExceptionHandlerOptions { AllowStatusCode404Response = true, ExceptionHandler = static context => context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new() { HttpContext = context, ProblemDetails = { Status = 500 } }).AsTask() });
        app.Run(handler);
        return app.Build();
    }

    // A context of its own for each: an answer that failed leaves much behind.
    private Task SendAsync(RequestDelegate pipeline)
    {
        var context = new DefaultHttpContext { RequestServices = _scope.ServiceProvider };
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        return pipeline(context);
    }
}
