using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests;

public sealed class RedisConnectionTests
{
    [Fact]
    public async Task EvaluateAsync_OnARealServer_ReturnsWhatTheScriptReturned()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartAsync(server.Configuration);

        var result = await app.Redis.EvaluateAsync(new("add", "return redis.call('INCRBY', KEYS[1], ARGV[1])"), ["rm:{a}"], [3], TimeSpan.FromSeconds(5));

        Assert.Equal(3, (int)result);
    }

    [Fact]
    public async Task Server_KilledAndRestarted_IsBackByItself()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartAsync(server.Configuration);
        Assert.Equal(1, await app.AddAsync("{a}"));

        await server.KillAsync();
        var started = Stopwatch.GetTimestamp();
        var failures = new List<RedisFailure>();
        for (var call = 0; call < 20; call++)
        {
            failures.Add((await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask())).Failure);
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        await server.RestartAsync();
        var took = await Eventually.HoldsAsync(app.AnswersAsync);
        Assert.True(took < TimeSpan.FromSeconds(10), $"{took}");
    }

    [Fact]
    public async Task Server_Frozen_IsBackByItself()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartAsync(server.Configuration);
        Assert.Equal(1, await app.AddAsync("{a}"));

        server.Freeze();
        var started = Stopwatch.GetTimestamp();
        var failures = new List<RedisFailure>();
        for (var call = 0; call < 20; call++)
        {
            failures.Add((await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask())).Failure);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        server.Thaw();
        var took = await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task Link_HalfOpen_IsReplaced()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartAsync(proxy.Configuration);
        Assert.Equal(1, await app.AddAsync("{a}"));

        proxy.HalfOpen();
        var took = await Eventually.HoldsAsync(app.AnswersAsync);
    }
}
