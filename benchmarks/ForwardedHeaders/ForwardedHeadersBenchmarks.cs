using System.Net;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using InBoxOptions = Microsoft.AspNetCore.Builder.ForwardedHeadersOptions;
using InBoxReader = Microsoft.AspNetCore.HttpOverrides.ForwardedHeadersMiddleware;
using Kinds = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders;
using OwnMiddleware = RouteMiddleware.Middleware.ForwardedHeaders.ForwardedHeadersMiddleware;

namespace RouteMiddleware.Benchmarks.ForwardedHeaders;

/// <summary>A request of a known proxy, and one of nobody in particular: the strict reader and the in-box one behind it, beside the in-box one alone.</summary>
[MemoryDiagnoser]
public class ForwardedHeadersBenchmarks
{
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly OwnMiddleware _ours = new(new(), NullLoggerFactory.Instance);
    private readonly InBoxReader _inBox = new(
        static _ => Task.CompletedTask,
        NullLoggerFactory.Instance,
        Options.Create(new InBoxOptions { ForwardedHeaders = Kinds.XForwardedFor | Kinds.XForwardedProto }));

    [Params("127.0.0.1", "203.0.113.7")]
    public string Peer { get; set; } = "";

    [Benchmark(Baseline = true)]
    public Task InBox()
    {
        Prepare();
        return _inBox.Invoke(_context);
    }

    [Benchmark]
    public Task Ours()
    {
        Prepare();
        return _ours.InvokeAsync(_context, _handler);
    }

    // The same for both: the next request comes as the last one did.
    private void Prepare()
    {
        _context.Connection.RemoteIpAddress = Peer == "127.0.0.1" ? IPAddress.Loopback : IPAddress.Broadcast;
        _context.Request.Scheme = "http";
        _context.Request.Headers["X-Forwarded-For"] = "198.51.100.1";
        _context.Request.Headers["X-Forwarded-Proto"] = "https";
    }
}
