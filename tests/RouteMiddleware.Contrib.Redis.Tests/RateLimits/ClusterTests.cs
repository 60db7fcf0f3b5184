using System.Net;
using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

public sealed class ClusterTests
{
    [Fact]
    public async Task R5_Cluster_WhoseSlotsMove_AdmitsTheLimit()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var instances = await Instances.StartAsync(
            2,
            cluster.Configuration,
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:400/1h"),
            [Instances.Setting("OnStoreFailure", "Closed")]);

        // The address of the loopback interface, as its key has it.
        var slot = await cluster.SlotAsync("{17f000001}");
        var answers = instances.FloodAsync(3_000, atATime: 8);

        for (var i = 0; i < 4; i++)
        {
            var owner = await cluster.OwnerAsync(slot);
            await cluster.MoveAsync(slot, cluster.Masters.First(master => master != owner));
        }

        var counts = await answers;
        Assert.Equal(400, counts[HttpStatusCode.OK]);
        Assert.Equal(2_600, counts[HttpStatusCode.TooManyRequests]);
    }

    [Fact]
    public async Task Neighbours_InACluster_StayInOneSlot()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var app = await Instances.StartOneAsync(
            cluster.Configuration,
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:9/1h", "rate_limit:3/2h", "rate_limit:9/3h"),
            [Instances.Setting("OnStoreFailure", "Closed")]);

        for (var caller = 0; caller < 20; caller++)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.StatusAsync("/", $"192.0.2.{caller}"));
            }
        }
    }
}
