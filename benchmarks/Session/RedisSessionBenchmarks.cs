using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session;
using RouteMiddleware.Contrib.Session.Engines.Redis;
using RouteMiddleware.Contrib.Session.Records;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Session;

/// <summary>
/// A request that loads its session from Redis and saves one value, by so many callers at once, each with a session of its own: ours in process, against the raw client with the same two
/// scripts, and with plain hash commands. Needs <c>redis-server</c> in the path.
/// </summary>
[MemoryDiagnoser]
public class RedisSessionBenchmarks
{
    private const int Requests = 1024;

    private static readonly SessionLifetimes Lifetimes = new(TimeSpan.FromDays(14), null, null);

    private LocalRedis _server = null!;
    private WebApplication _app = null!;
    private ConnectionMultiplexer _raw = null!;
    private RequestDelegate _loadAndSave = null!;
    private string[] _cookies = null!;
    private RedisHold[] _holds = null!;

    [Params(1, 32, 256)]
    public int Callers { get; set; }

    // In this process nobody would await it.
    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    private async Task SetupAsync()
    {
        (_server, _raw) = await LocalRedis.StartAsync();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([new("RouteMiddleware:Redis:Configuration", _server.Configuration)]);
        builder.Services.AddRouteMiddleware().AddSession(static options => (options.Engine, options.StoreTimeout) = (SessionEngineKind.Redis, TimeSpan.FromSeconds(5)));
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/", (RequestDelegate)(static async context =>
        {
            var session = context.GetRouteSession();
            await session.LoadAsync();
            session.Set("seen", session.Get<int>("seen") + 1);
        })).WithMiddleware("session");
        await _app.StartAsync();
        _loadAndSave = _app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints[0].RequestDelegate!;
        await BeginSessionsAsync(_app.Services.GetRequiredService<IRedisConnection>());
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _app.DisposeAsync();
        await _raw.CloseAsync();
        _server.Dispose();
    }

    /// <summary>The same two scripts with the same arguments, and nothing else.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Requests)]
    public Task RawClientSameScripts() => EachAsync(async caller =>
    {
        var (database, hold) = (_raw.GetDatabase(), _holds[caller]);
        await database.ScriptEvaluateAsync(RedisScripts.Load.Text, [hold.Key]);
        await database.ScriptEvaluateAsync(RedisScripts.Commit.Text, [hold.Key], CommitOf(RedisCommit.Update, hold.Proof).ToArguments(RandomNumberGenerator.GetBytes(8)));
    });

    /// <summary>What a session without checks, expiry of its own, or protection of concurrent requests would do.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public Task RawClientPlainHash() => EachAsync(async caller =>
    {
        var (database, key) = (_raw.GetDatabase(), (RedisKey)$"plain:{caller}");
        await database.HashGetAllAsync(key);
        var saved = database.HashSetAsync(key, "seen", "1");
        await database.KeyExpireAsync(key, TimeSpan.FromDays(14));
        await saved;
    });

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task LoadAndSave() => EachAsync(caller =>
    {
        var context = new DefaultHttpContext { RequestServices = _app.Services };
        context.Request.Headers.Cookie = _cookies[caller];
        return _loadAndSave(context);
    });

    private static RedisCommit CommitOf(string mode, byte[] proof)
    {
        var changes = new SessionChanges();
        changes.Set("seen", "1"u8.ToArray());
        return new() { Mode = mode, Changes = changes, Lifetimes = Lifetimes, Proof = proof, NewProof = mode == RedisCommit.Create ? proof : null };
    }

    private async Task BeginSessionsAsync(IRedisConnection redis)
    {
        var sessions = new RedisSessions(redis, new("rm:", "sessionid"), new(redis, 0, TimeProvider.System), TimeSpan.FromSeconds(5), TimeProvider.System);
        _cookies = new string[Callers];
        _holds = new RedisHold[Callers];

        for (var caller = 0; caller < Callers; caller++)
        {
            var id = new RedisSessionId(SessionId.New(), SessionId.New());
            var hold = _holds[caller] = sessions.HoldOf(id);
            _cookies[caller] = $"sessionid={id}";
            await sessions.CommitAsync(hold.Key, CommitOf(RedisCommit.Create, hold.Proof), default);
        }
    }

    private Task EachAsync(Func<int, Task> request) => Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
    {
        await Task.Yield();

        for (var i = 0; i < Requests / Callers; i++)
        {
            await request(caller);
        }
    }));
}
