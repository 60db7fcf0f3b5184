using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Maintenance;

namespace RouteMiddleware.Benchmarks.Maintenance;

/// <summary>An open door, and one that a caller passes by path: ours beside what one writes by hand.</summary>
[MemoryDiagnoser]
public class MaintenanceBenchmarks : ISharedOptions
{
    private readonly DefaultHttpContext _context = new() { Request = { Path = "/health/live" } };
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private MaintenanceMiddleware _ours = null!;
    private volatile bool _isClosed;

    /// <summary>Whether the doors are closed; the request is one that passes all the same.</summary>
    [Params(false, true)]
    public bool Closed { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _isClosed = Closed;
        var toggle = new MaintenanceSwitch(this, TimeProvider.System, NullLogger<MaintenanceSwitch>.Instance);
        _ours = new(
            new() { Enabled = Closed },
            toggle,
            toggle,
            TimeProvider.System,
            NullLogger<MaintenanceMiddleware>.Instance,
            new());
    }

    // Nothing is reloaded here.
    event EventHandler? ISharedOptions.Reloaded
    {
        add { }
        remove { }
    }

    [Benchmark(Baseline = true)]
    public Task ByHand()
    {
        if (_isClosed && !_context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            _context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }

        return _handler(_context);
    }

    [Benchmark]
    public Task Ours() => _ours.InvokeAsync(_context, _handler);

    TOptions ISharedOptions.Get<TOptions>(string alias) => (TOptions)(object)new MaintenanceOptions { Enabled = Closed };
}
