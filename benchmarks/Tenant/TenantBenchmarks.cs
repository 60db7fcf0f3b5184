using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Tenant;

namespace RouteMiddleware.Benchmarks.Tenant;

/// <summary>A tenant named by a header: ours beside what one writes by hand.</summary>
[MemoryDiagnoser]
public partial class TenantBenchmarks
{
    private readonly DefaultHttpContext _context = new() { Request = { Headers = { ["X-Tenant-ID"] = "acme" } } };
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly HashSet<string> _tenants = new(StringComparer.Ordinal) { "acme", "globex" };
    private TenantMiddleware _ours = null!;

    /// <summary>Whether there is a list of tenants.</summary>
    [Params(false, true)]
    public bool Known { get; set; }

    [GlobalSetup]
    public void Setup() => _ours = new(new() { Known = Known ? [.. _tenants] : null }, NullLogger<TenantMiddleware>.Instance, new());

    [Benchmark(Baseline = true)]
    public Task ByHand()
    {
        var tenant = _context.User.FindFirst("tenant_id")?.Value ?? _context.Request.Headers["X-Tenant-ID"].ToString();

        if (!(Known ? _tenants.Contains(tenant) : Pattern().IsMatch(tenant)))
        {
            _context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        _context.Items["Tenant"] = tenant;
        return _handler(_context);
    }

    [Benchmark]
    public Task Ours()
    {
        // As a new request has it.
        _context.Features.Set<ITenantFeature>(null);
        return _ours.InvokeAsync(_context, _handler);
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}
