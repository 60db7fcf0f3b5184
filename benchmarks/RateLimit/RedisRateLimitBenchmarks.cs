using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Redis.RateLimits;
using RouteMiddleware.Middleware.RateLimit;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.RateLimit;

/// <summary>
/// Decisions of a limit in Redis, from 4,096 callers in turn, so many at a time: the whole middleware and the store alone, against the bare client that sends the same script as it sends scripts.
/// Starts a redis-server of its own. One operation is one decision.
/// </summary>
[MemoryDiagnoser]
public class RedisRateLimitBenchmarks : IAsyncDisposable
{
    private const int Decisions = 4_096;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly RequestDelegate _end = static _ => Task.CompletedTask;
    private readonly string[] _partitions = [.. Enumerable.Range(0, Decisions).Select(static i => string.Create(CultureInfo.InvariantCulture, $"1c0a8{i:x4}"))];
    private readonly HttpContext[] _contexts = [.. Enumerable.Range(0, Decisions).Select(From)];
    private LocalRedis _server = null!;
    private ServiceProvider _services = null!;
    private ConnectionMultiplexer _client = null!;
    private IRateLimitStore _store = null!;
    private RateLimitMiddleware _limit = null!;
    private RateLimitPolicy[] _policies = null!;
    private string _script = null!;
    private RedisKey[] _keys = null!;
    private RedisValue[] _values = null!;

    [Params(1, 32, 256)]
    public int AtATime { get; set; }

    [Params(RateLimitAlgorithm.Sliding, RateLimitAlgorithm.Fixed, RateLimitAlgorithm.TokenBucket)]
    public RateLimitAlgorithm Algorithm { get; set; }

    // In this process nobody would await it.
    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    private async Task SetupAsync()
    {
        (_server, _client) = await LocalRedis.StartAsync();

        var services = new ServiceCollection().AddLogging();
        services.AddRouteMiddleware().AddRedis(_server.Configuration);
        _services = services.BuildServiceProvider();
        _store = _services.GetServices<IRateLimitStore>().Single();
        var connection = _services.GetRequiredService<IRedisConnection>();
        await connection.CallAsync("ping", static database => database.PingAsync(), TimeSpan.FromSeconds(20));

        // Nobody reaches it, and a caller's log holds as many moments as a busy one's.
        var options = new RateLimitOptions { PermitLimit = 1_000, Window = TimeSpan.FromSeconds(1), Algorithm = Algorithm, Store = "redis", StoreTimeout = Timeout };
        _policies = [new() { Id = "0123456789abcdef", Algorithm = Algorithm, PermitLimit = options.PermitLimit, Window = options.Window }];
        _limit = new(options, TimeProvider.System, NullLogger<RateLimitMiddleware>.Instance, new RateLimitReports(), new RateLimitMetrics(), _services.GetRequiredService<RateLimitStores>());

        var text = new PolicyText(_policies[0], "raw:", Leases.Length);
        _script = text.Acquire.Text;
        _keys = [.. _partitions.Select(text.KeyOf)];
        _values = new RedisValue[RateLimitScripts.ArgumentsPerLimit];
        text.CopyTo(_values);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Decisions)]
    public Task Client() => RunAsync(i => _client.GetDatabase().ScriptEvaluateAsync(_script, [_keys[i]], _values));

    [Benchmark(OperationsPerInvoke = Decisions)]
    public Task Store() => RunAsync(i => _store.AcquireAsync(_partitions[i], _policies, new RateLimitAnswer[1], Timeout).AsTask());

    [Benchmark(OperationsPerInvoke = Decisions)]
    public Task Middleware() => RunAsync(async i =>
    {
        await _limit.InvokeAsync(_contexts[i], _end);
        await ((Answer)_contexts[i].Features.GetRequiredFeature<IHttpResponseFeature>()).EndAsync();
    });

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        _limit.Dispose();
        await _services.DisposeAsync();
        _client.Dispose();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private static DefaultHttpContext From(int number)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = "/orders", Protocol = "HTTP/1.1" });
        features.Set<IHttpResponseFeature>(new Answer());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = new IPAddress([192, 168, (byte)(number >> 8), (byte)number]) });
        return new DefaultHttpContext(features);
    }

    private Task RunAsync(Func<int, Task> decide)
        => Task.WhenAll(Enumerable.Range(0, AtATime).Select(async first =>
        {
            for (var i = first; i < Decisions; i += AtATime)
            {
                await decide(i);
            }
        }));

    /// <summary>What the server does around: headers go out, the request ends, and the next one finds none.</summary>
    private sealed class Answer : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _callbacks = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _callbacks.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _callbacks.Push((callback, state));

        public async Task EndAsync()
        {
            // What was pushed first ends the request, and comes last.
            while (_callbacks.TryPop(out var entry))
            {
                await entry.Callback(entry.State);
            }

            Headers.Clear();
            StatusCode = StatusCodes.Status200OK;
        }
    }
}
