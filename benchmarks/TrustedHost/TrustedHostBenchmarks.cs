using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.TrustedHost;

namespace RouteMiddleware.Benchmarks.TrustedHost;

/// <summary>A request that names an allowed host: ours beside ASP.NET Core's host filtering.</summary>
[MemoryDiagnoser]
public class TrustedHostBenchmarks
{
    private static readonly string[] Hosts = ["example.com", "*.example.org"];

    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly TrustedHostMiddleware _ours = new(new() { AllowedHosts = Hosts }, NullLogger<TrustedHostMiddleware>.Instance, new());
    private RequestDelegate _inBox = static _ => Task.CompletedTask;

    [Params("example.com", "a.example.org:8080")]
    public string Host { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var services = new ServiceCollection().AddLogging().Configure<HostFilteringOptions>(static o => o.AllowedHosts = [.. Hosts]).BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseHostFiltering();
        app.Run(_handler);
        _inBox = app.Build();
        _context.Request.Headers.Host = Host;
    }

    [Benchmark(Baseline = true)]
    public Task InBox() => _inBox(_context);

    [Benchmark]
    public Task Ours() => _ours.InvokeAsync(_context, _handler);
}
