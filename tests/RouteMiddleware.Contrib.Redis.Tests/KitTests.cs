using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Tests;

/// <summary>The servers and faults that other tests rely on do what they say.</summary>
public sealed class KitTests
{
    [Fact]
    public async Task Cluster_SlotMoved_IsServedByItsNewOwner()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var slot = await cluster.SlotAsync("{a}1");
        var from = await cluster.OwnerAsync(slot);
        var to = cluster.Masters.First(master => master != from);
        await from.CommandAsync("SET", "{a}1", "one");

        await cluster.MoveAsync(slot, to);

        Assert.Same(to, await cluster.OwnerAsync(slot));
        Assert.Equal("one", await to.CommandAsync("GET", "{a}1"));
        Assert.StartsWith("MOVED", await from.CommandAsync("GET", "{a}1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pair_FailedOver_KeepsWhatWasReplicated()
    {
        await using var pair = await RedisPair.StartAsync();
        await pair.Master.CommandsAsync("SET a one", "WAIT 1 1000");

        await pair.FailOverAsync();

        Assert.Equal("one", await pair.Replica.CommandAsync("GET", "a"));
        Assert.Equal("OK", await pair.Replica.CommandAsync("SET", "a", "two"));
    }

    [Fact]
    public async Task Proxy_LeftAlone_ForwardsBothWays()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        proxy.SegmentSize = 1;
        using var client = await ConnectionMultiplexer.ConnectAsync(proxy.Configuration);

        await client.GetDatabase().StringSetAsync("a", "one");

        Assert.Equal("one", await server.CommandAsync("GET", "a"));
        Assert.True(proxy.Open > 0);
    }

    [Fact]
    public async Task Proxy_HalfOpen_HoldsRepliesBackAndKeepsTheSocket()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        using var client = await ConnectionMultiplexer.ConnectAsync(proxy.Configuration);
        var open = proxy.Open;

        proxy.HalfOpen();
        var call = client.GetDatabase().StringSetAsync("a", "one");

        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromMilliseconds(200)));
        Assert.Equal(open, proxy.Open);
        proxy.Resume();
        await Eventually.HoldsAsync(async () => await server.CommandAsync("GET", "a") == "one");
    }
}
