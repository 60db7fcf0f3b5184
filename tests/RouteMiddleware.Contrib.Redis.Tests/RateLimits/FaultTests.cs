using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Redis goes wrong under load.</summary>
public sealed class FaultTests
{
    private const int Limit = 20;

    public static TheoryData<string, string> Faults()
    {
        var data = new TheoryData<string, string>();

        foreach (var fault in new[] { "killed", "stopped", "paused", "out of memory", "read only", "password", "cut off" })
        {
            data.Add(fault, "Local");
            data.Add(fault, "Closed");
        }

        data.Add("killed", "Open");
        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task R11_Redis_ThatFails_LeavesThePolicy_AndDecidesAgainWhenItIsBack(string fault, string onFailure)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var instances = await StartAsync(2, proxy.Configuration, onFailure, "100ms");
        await using var load = Load.On(instances);

        await BreakAsync(fault, server, proxy);
        await Eventually.HoldsAsync(() => instances[0].Logs.Records.Any(IsAway) && instances[1].Logs.Records.Any(IsAway));

        // Whom nobody counted so far.
        var alone = await instances.FloodAsync(4 * Limit, atATime: 4, address: "198.51.100.1");
        await MendAsync(fault, server, proxy);
        await Eventually.HoldsAsync(() => IsSharedAsync(instances), TimeSpan.FromMinutes(2));
        var (statuses, longest) = await load.EndAsync();

        switch (onFailure)
        {
            case "Local":
                Assert.InRange(alone[HttpStatusCode.OK], Limit, 2 * Limit);
                Assert.Equal((4 * Limit) - alone[HttpStatusCode.OK], alone[HttpStatusCode.TooManyRequests]);
                break;
            case "Open":
                Assert.Equal(4 * Limit, alone[HttpStatusCode.OK]);
                break;
            default:
                Assert.Equal(4 * Limit, alone[HttpStatusCode.ServiceUnavailable]);
                break;
        }

        HttpStatusCode[] allowed = onFailure == "Closed" ? [HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable] : [HttpStatusCode.OK, HttpStatusCode.TooManyRequests];
        Assert.Empty(statuses.Except(allowed));
        Assert.True(longest < TimeSpan.FromSeconds(20), $"A request took {longest}.");

        // Loudly, and not once for each request.
        Assert.InRange(instances[0].Logs.Records.Count(IsAway), 1, 60);
        Assert.DoesNotContain(instances[0].Logs.Records, static record => record.Message.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task R11_Scripts_ThatTheServerForgets_AreSentAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instances = await StartAsync(2, server.Configuration, "Closed", "5s");
        await using var load = Load.On(instances);

        for (var i = 0; i < 20; i++)
        {
            await server.CommandAsync("SCRIPT", "FLUSH");
            Assert.True(await IsSharedAsync(instances));
        }

        var (statuses, _) = await load.EndAsync();
        Assert.DoesNotContain(HttpStatusCode.ServiceUnavailable, statuses);
        Assert.DoesNotContain(HttpStatusCode.InternalServerError, statuses);
    }

    [Fact]
    public async Task R11_Decision_WhileRedisIsKnownToBeAway_TakesNoTime()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instances = await StartAsync(1, server.Configuration, "Local", "50ms");
        await server.KillAsync();
        var store = instances[0].Store();
        await Eventually.HoldsAsync(async () =>
        {
            await instances[0].StatusAsync();
            return !store.IsAvailable;
        });
        var started = Stopwatch.GetTimestamp();

        var answers = await instances.FloodAsync(500, atATime: 1);

        // The whole request over a socket, many of them: a wait for Redis in each would be 25 s.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange(answers[HttpStatusCode.TooManyRequests], 500 - Limit, 500);
    }

    [Fact]
    public async Task R11_Redis_ThatIsNotThereAtStart_LetsTheApplicationStart()
    {
        await using var app = await Instances.StartOneAsync("127.0.0.1:1", static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:3/1h"), waits: false);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.StatusAsync());
        }
    }

    private static Task<Instances> StartAsync(int count, string redis, string onFailure, string timeout)
        => Instances.StartAsync(
            count,
            redis,
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit"),
            [
                Instances.Setting("PermitLimit", $"{Limit}"),
                Instances.Setting("Window", "1h"),
                Instances.Setting("OnStoreFailure", onFailure),
                Instances.Setting("StoreTimeout", timeout),
            ]);

    private static bool IsAway(LogRecord record) => record.Level == LogLevel.Error && record.EventId.Name == "Away";

    // What one instance takes, the other one misses.
    private static async Task<bool> IsSharedAsync(Instances instances)
    {
        var address = $"203.0.113.{Random.Shared.Next(256)}";
        using var first = await instances.SendAsync(0, address: address);
        using var second = await instances.SendAsync(1, address: address);
        return first.Header("X-RateLimit-Remaining") is { } left && int.Parse(left, CultureInfo.InvariantCulture) > 0 && second.Header("X-RateLimit-Remaining") == $"{int.Parse(left, CultureInfo.InvariantCulture) - 1}";
    }

    private static Task BreakAsync(string fault, RedisServer server, ChaosProxy proxy)
    {
        switch (fault)
        {
            case "killed":
                return server.KillAsync();
            case "stopped":
                server.Freeze();
                return Task.CompletedTask;
            case "cut off":
                proxy.HalfOpen();
                proxy.Refuses = true;
                return Task.CompletedTask;
            case "paused":
                return server.CommandAsync("CLIENT", "PAUSE", "10000", "ALL");
            case "out of memory":
                return server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
            case "read only":
                return server.CommandAsync("REPLICAOF", "127.0.0.1", "1");
            default:
                return server.CommandsAsync("CONFIG SET requirepass s3cret", "AUTH s3cret", "CLIENT KILL TYPE normal");
        }
    }

    private static async Task MendAsync(string fault, RedisServer server, ChaosProxy proxy)
    {
        switch (fault)
        {
            case "killed":
                await server.RestartAsync();
                break;
            case "stopped":
                server.Thaw();
                break;
            case "cut off":
                proxy.Refuses = false;
                break;
            case "paused":
                // Ends by itself: the command that would end it waits as well.
                break;
            case "out of memory":
                await server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
                break;
            case "read only":
                await server.CommandAsync("REPLICAOF", "NO", "ONE");
                break;
            default:
                await server.CommandsAsync("AUTH s3cret", "CONFIG SET requirepass \"\"");
                break;
        }
    }

    /// <summary>Requests that go on all the while.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly ConcurrentDictionary<HttpStatusCode, int> _statuses = new();
        private long _longest;
        private Task _workers = Task.CompletedTask;

        public static Load On(Instances instances)
        {
            var load = new Load();
            load._workers = Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => load.RunAsync(instances, number))));
            return load;
        }

        public async Task<(IEnumerable<HttpStatusCode> Statuses, TimeSpan Longest)> EndAsync()
        {
            await DisposeAsync();
            return (_statuses.Keys, TimeSpan.FromTicks(_longest));
        }

        public async ValueTask DisposeAsync()
        {
            if (!_end.IsCancellationRequested)
            {
                await _end.CancelAsync();
                await _workers;
            }
        }

        private async Task RunAsync(Instances instances, int number)
        {
            for (var i = 0; !_end.IsCancellationRequested; i++)
            {
                var started = Stopwatch.GetTimestamp();
                using var answer = await instances.SendAsync(i, address: $"192.0.2.{(i + number) % 250}");
                _statuses.AddOrUpdate(answer.StatusCode, 1, static (_, count) => count + 1);

                for (var (seen, ticks) = (Volatile.Read(ref _longest), Stopwatch.GetElapsedTime(started).Ticks); seen < ticks;)
                {
                    var before = Interlocked.CompareExchange(ref _longest, ticks, seen);
                    seen = before == seen ? ticks : before;
                }
            }
        }
    }
}
