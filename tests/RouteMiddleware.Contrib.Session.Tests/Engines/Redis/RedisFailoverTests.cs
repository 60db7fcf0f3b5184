using System.Net;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS 2: a replica that is promoted, and slots that move.</summary>
public sealed class RedisFailoverTests
{
    private static readonly Dictionary<string, string?> Durable = new() { ["StoreTimeout"] = "2s", ["Durability"] = "1" };

    [Fact]
    public async Task S10_ReplicaPromotedUnderLoad_WithDurability1_LosesNothingAcknowledged()
    {
        await using var pair = await RedisPair.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, settings: Durable, configuration: pair.Configuration);
        await using var load = await Acknowledged.StartAsync(app);

        await pair.FailOverAsync();
        await load.IsRefusedAsync();

        // The new master has no replica yet: what it takes is no promise.
        await pair.Master.RestartAsync();
        await pair.FollowAsync(pair.Master, pair.Replica);
        await load.GoesOnAsync();
        await load.CheckAsync();
    }

    [Fact]
    public async Task S10_SaveThatNoReplicaHas_Is503_AndReadsGoOn()
    {
        await using var pair = await RedisPair.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, settings: Durable, configuration: pair.Configuration);
        var browser = new Browser(app);
        await Eventually.HoldsAsync(async () =>
        {
            using var login = await browser.PostAsync("/login/ada");
            return login.IsSuccessStatusCode;
        });
        pair.Replica.Freeze();

        for (var i = 0; i < 3; i++)
        {
            using var response = await browser.PostAsync("/set/a/1");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
        }

        pair.Replica.Thaw();
        await Eventually.HoldsAsync(async () =>
        {
            using var response = await browser.PostAsync("/set/a/2");
            return response.IsSuccessStatusCode;
        });
        Assert.Equal("2", await browser.ReadAsync("/get/a"));
    }

    [Theory]
    [InlineData("0", "MasterAlone", "once the master has it")]
    [InlineData("1", "Replicas", "once 1 replica(s) have it")]
    public async Task Start_SaysWhichPromiseHolds(string durability, string name, string promise)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, settings: new() { ["Durability"] = durability });

        Assert.Contains(promise, Assert.Single(app.Logs.Records, record => record.EventId.Name == name).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SlotsMovedUnderLoad_AreNoErrorToAnybody()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, settings: new() { ["StoreTimeout"] = "5s" }, configuration: cluster.Configuration, prefix: "app:");
        await using var load = await Acknowledged.StartAsync(app);
        var login = new Browser(app);
        await login.DoAsync("/login/ada");

        foreach (var master in cluster.Masters)
        {
            foreach (var key in (await master.CommandAsync("KEYS", "app:*")).Trim().Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3))
            {
                await cluster.MoveAsync(await cluster.SlotAsync(key), cluster.Masters[(cluster.Masters.ToList().IndexOf(master) + 1) % 3]);
            }
        }

        await load.GoesOnAsync();
        await load.CheckAsync();
        Assert.Equal("profile of ada", await login.ReadAsync("/profile"));
        await login.DoAsync("/login/bob");
        Assert.Equal("profile of bob", await login.ReadAsync("/profile"));
    }
}
