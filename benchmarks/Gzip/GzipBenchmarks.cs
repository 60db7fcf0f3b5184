using System.IO.Compression;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Benchmarks.Pipeline;
using RouteMiddleware.Middleware.Gzip;

namespace RouteMiddleware.Benchmarks.Gzip;

/// <summary>A JSON answer for a client that takes gzip: ours beside ASP.NET Core's response compression, both with the work of zlib's level 6.</summary>
[MemoryDiagnoser]
public class GzipBenchmarks
{
    private readonly GzipMiddleware _ours = new(new(), TimeProvider.System, new());
    private byte[] _body = [];
    private RequestDelegate _handler = static _ => Task.CompletedTask;
    private RequestDelegate _inBox = static _ => Task.CompletedTask;

    [Params(200, 16 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(static i => $"{{\"id\":{i},\"name\":\"user {(i * 7919) % 1009}\"}},")))[..Size];
        _handler = context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.Body.WriteAsync(_body).AsTask();
        };

        var services = new ServiceCollection()
            .AddLogging()
            .AddResponseCompression(static o => o.Providers.Add<GzipCompressionProvider>())
            .Configure<GzipCompressionProviderOptions>(static o => o.Level = CompressionLevel.Optimal)
            .BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseResponseCompression();
        app.Run(_handler);
        _inBox = app.Build();
    }

    [Benchmark(Baseline = true)]
    public Task InBox() => SendAsync(_inBox);

    [Benchmark]
    public Task Ours() => SendAsync(context => _ours.InvokeAsync(context, _handler));

    private static async Task SendAsync(RequestDelegate app)
    {
        var context = new DefaultHttpContext();
        var response = new FiringResponse();
        context.Features.Set<IHttpResponseFeature>(response);
        var body = new Starting(response);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        context.Request.Method = "GET";
        context.Request.Headers.AcceptEncoding = "gzip";
        await app(context);
        await body.CompleteAsync();
    }

    // Runs what is to run when the headers go out, as a server does.
    private sealed class Starting(FiringResponse response) : StreamResponseBodyFeature(Stream.Null)
    {
        public override async Task StartAsync(CancellationToken cancellationToken = default)
        {
            await response.SendHeadersAsync();
            await base.StartAsync(cancellationToken);
        }
    }
}
