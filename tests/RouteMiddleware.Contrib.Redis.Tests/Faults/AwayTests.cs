using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Faults;

/// <summary>LIMITS 2: the server is killed, frozen, paused, or can't be reached. No call hangs, the circuit opens, and it is back without a restart.</summary>
public sealed class AwayTests
{
    // Far above what is allowed, and far below a hang: the machine may be busy.
    private static readonly TimeSpan NoHang = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Killed_UnderLoad_FailsFastAndIsBackWithItsScripts()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        await server.KillAsync();
        await Eventually.HoldsAsync(() => load.Failed > 100);
        Assert.False(app.Redis.IsAvailable);
        await server.RestartAsync();

        // Its scripts are gone: they are sent again, and no caller learns of it.
        await Eventually.HoldsAsync(app.AnswersAsync);
        await load.SucceedAsync(1000);
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
        Assert.Equal(0, load.Wrong);
        Assert.DoesNotContain(load.Failures.Keys, static failure => failure.StartsWith("Refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_TheClientKnocksWithPauses_AndLogsOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 0);

        await server.KillAsync();
        await Eventually.HoldsAsync(() => !app.Redis.IsAvailable);
        var (before, started) = (proxy.Accepted, Stopwatch.GetTimestamp());
        await Eventually.HoldsAsync(() => proxy.Accepted >= before + 6);

        // Two in a second at most; the first two are those of the moment of its death.
        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took > TimeSpan.FromSeconds(1.5), $"6 connects in {took}");
        Assert.Single(app.Logs, static record => record.EventId.Name is "NotConnected");
        Assert.True(app.Logs.Count(static record => record.Level >= LogLevel.Warning) < 10);
    }

    [Fact]
    public async Task Frozen_OpensTheCircuit_AndNoLateReplyReachesAnotherCall()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        server.Freeze();
        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.EventId.Name is "CircuitOpened"));
        var refused = load.Failed;
        await Eventually.HoldsAsync(() => load.Failed > refused + 1000);
        server.Thaw();

        await Eventually.HoldsAsync(app.AnswersAsync);
        await load.SucceedAsync(1000);
        Assert.Equal(0, load.Wrong);
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.EventId.Name is "CircuitClosed"));
    }

    [Theory]
    [InlineData("ALL")]
    [InlineData("WRITE")]
    public async Task Paused_FailsInTime_AndIsBackByItself(string mode)
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await app.AddAsync("{a}");

        await server.CommandAsync("CLIENT", "PAUSE", "1500", mode);
        for (var call = 0; call < 8; call++)
        {
            var started = Stopwatch.GetTimestamp();
            await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}", RedisApp.Limit).AsTask());
            Assert.True(Stopwatch.GetElapsedTime(started) < NoHang);
        }

        await Eventually.HoldsAsync(app.AnswersAsync);
        Assert.True(app.Redis.IsAvailable);
    }

    [Fact]
    public async Task HalfOpen_IsFoundByPings_AndReplaced()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await app.AddAsync("{a}");

        proxy.HalfOpen();

        await Eventually.HoldsAsync(app.AnswersAsync);
        Assert.Contains(app.Logs, static record => record.EventId.Name is "Replaced");
        await Eventually.HoldsAsync(() => proxy.Open == 1);
    }

    [Fact]
    public async Task HalfOpen_WhileNobodyCalls_IsFoundAsWell()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await app.AddAsync("{a}");

        proxy.HalfOpen();

        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.EventId.Name is "Replaced"));
        Assert.Equal(2, await app.AddAsync("{a}"));
    }

    [Fact]
    public async Task Refused_AtStart_ConnectsInTheBackground()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        var started = Stopwatch.GetTimestamp();
        await using var app = await RedisApp.StartAsync(server.Configuration);

        Assert.True(Stopwatch.GetElapsedTime(started) < NoHang);
        Assert.Equal(RedisFailure.NotConnected, (await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask())).Failure);
        await server.RestartAsync();

        await Eventually.HoldsAsync(app.AnswersAsync);
        Assert.Single(app.Logs, static record => record is { Level: LogLevel.Warning } && record.Message.Contains("refused", StringComparison.Ordinal));
    }
}
