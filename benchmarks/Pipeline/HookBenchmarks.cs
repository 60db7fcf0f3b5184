using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Benchmarks.Pipeline;

/// <summary>N before/after hooks: our run of hooks beside as many nested middleware, over a handler that answers at once and over one that waits.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class HookBenchmarks
{
    private readonly FiringResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private RequestDelegate _nested = null!;
    private RequestDelegate _onStarting = null!;
    private RequestDelegate _ours = null!;

    [Params(5, 10)]
    public int N { get; set; }

    [Params(false, true)]
    public bool Waits { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _context.Features.Set<IHttpResponseFeature>(_response);
        _context.Features.Set<IHttpRequestBodyDetectionFeature>(new NoBody());
        RequestDelegate handler = Waits ? static async _ => await Task.Yield() : static _ => Task.CompletedTask;
        _nested = handler;
        _onStarting = handler;

        for (var i = 0; i < N; i++)
        {
            var next = _nested;
            var hook = new Hook();
            _nested = async context =>
            {
                await hook.BeforeRequestAsync(context);
                await next(context);
                await hook.AfterResponseAsync(context);
            };

            var inner = _onStarting;
            Func<object, Task> after = state => hook.AfterResponseAsync((HttpContext)state).AsTask();
            _onStarting = async context =>
            {
                context.Response.OnStarting(after, context);
                await hook.BeforeRequestAsync(context);
                await inner(context);
            };
        }

        var run = new HookRun([.. Enumerable.Range(0, N).Select(_ => new Hook())]);
        _ours = context => run.InvokeAsync(context, handler);
    }

    [Benchmark(Baseline = true)]
    public Task NestedBeforeAndAfter() => SendAsync(_nested);

    /// <summary>The same work as ours: what comes after can still change the headers.</summary>
    [Benchmark]
    public Task NestedBeforeAndOnStarting() => SendAsync(_onStarting);

    [Benchmark]
    public Task OurRunOfHooks() => SendAsync(_ours);

    private async Task SendAsync(RequestDelegate chain)
    {
        await chain(_context);
        await _response.SendHeadersAsync();
    }

    // As a server says of a GET.
    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }

    private sealed class Hook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => default;

        public override ValueTask AfterResponseAsync(HttpContext context) => default;
    }
}
