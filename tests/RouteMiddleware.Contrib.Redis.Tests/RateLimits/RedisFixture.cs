using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>One redis-server for the tests of a class.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RedisServer.StartAsync();

    public Task EmptyAsync() => Server.CommandAsync("FLUSHALL");

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
