using System.Net;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.IpFilter;

namespace RouteMiddleware.Benchmarks.IpFilter;

/// <summary>A caller that passes a list of blocked networks: ours beside a walk through the framework's <see cref="System.Net.IPNetwork"/>.</summary>
[MemoryDiagnoser]
public class IpFilterBenchmarks
{
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private System.Net.IPNetwork[] _networks = [];
    private IpFilterMiddleware _ours = null!;

    /// <summary>How many networks are blocked.</summary>
    [Params(10, 1_000, 100_000)]
    public int Networks { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        string[] texts = [.. Enumerable.Range(0, Networks).Select(static i => $"{10 + (i >> 15)}.{(i >> 7) & 255}.{(i << 1) & 255}.0/24")];
        _networks = [.. texts.Select(System.Net.IPNetwork.Parse)];
        _ours = new(new() { BlockedIps = texts }, NullLogger<IpFilterMiddleware>.Instance, new());
        _context.Connection.RemoteIpAddress = IPAddress.Parse("203.0.113.7");
    }

    [Benchmark(Baseline = true)]
    public Task ByHand()
    {
        var address = _context.Connection.RemoteIpAddress!;

        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                _context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            }
        }

        return _handler(_context);
    }

    [Benchmark]
    public Task Ours() => _ours.InvokeAsync(_context, _handler);
}
