using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests;

public sealed class RedisConnectionTests
{
    [Fact]
    public async Task EvaluateAsync_OnARealServer_ReturnsWhatTheScriptReturned()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddRedis(),
            static _ => { },
            [new("RouteMiddleware:Redis:Configuration", server.Configuration)]);
        var connection = app.App.Services.GetRequiredService<IRedisConnection>();

        var result = await connection.EvaluateAsync(new("add", "return redis.call('INCRBY', KEYS[1], ARGV[1])"), ["rm:{a}"], [3], TimeSpan.FromSeconds(5));

        Assert.Equal(3, (int)result);
    }
}
