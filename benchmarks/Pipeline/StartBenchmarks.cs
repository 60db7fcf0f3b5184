using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Benchmarks.Pipeline;

/// <summary>The start of an application with many endpoints: plain, with authorization beside it, and with our chains of five.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 3)]
public class StartBenchmarks
{
    [Params(1000)]
    public int Endpoints { get; set; }

    [Benchmark(Baseline = true)]
    public Task Plain() => StartAsync(ours: false, authorization: false);

    [Benchmark]
    public Task PlainWithAuthorization() => StartAsync(ours: false, authorization: true);

    [Benchmark]
    public Task WithChains() => StartAsync(ours: true, authorization: false);

    [Benchmark]
    public Task WithChainsAndAuthorization() => StartAsync(ours: true, authorization: true);

    private async Task StartAsync(bool ours, bool authorization)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        if (ours)
        {
            builder.Services.AddRouteMiddleware().AddMiddleware<Passing.Middleware>("passing");
        }

        if (authorization)
        {
            builder.Services.AddAuthorization();
        }

        await using var app = builder.Build();

        if (authorization)
        {
            app.UseAuthorization();
        }

        var group = app.MapGroup("/api");

        if (ours)
        {
            group.WithMiddleware("passing", "passing", "passing", "passing").WithMiddleware("passing");
        }

        for (var i = 0; i < Endpoints; i++)
        {
            group.MapGet($"/{i}/{{id:int}}", (int id, HttpContext context) => Results.Ok(id));
        }

        await app.StartAsync();

        // The first request makes routing build its endpoints; the container's are read by what asks for them.
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri($"{app.Urls.First()}/api/0/7"));
        _ = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.Count;
        await app.StopAsync();
    }
}
