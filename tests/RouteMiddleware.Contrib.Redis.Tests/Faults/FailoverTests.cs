using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Tests.Faults;

/// <summary>LIMITS 2: another server becomes the master; slots move.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task MasterKilled_TheReplicaPromoted_IsFound()
    {
        await using var pair = await RedisPair.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(pair.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        await pair.FailOverAsync();

        await Eventually.HoldsAsync(app.AnswersAsync);
        await load.SucceedAsync(500);
        Assert.Equal(0, load.Wrong);
    }

    [Fact]
    public async Task MasterMadeAReplica_IsLeft_AndNoCallFails()
    {
        await using var pair = await RedisPair.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(pair.Configuration);
        await app.AddAsync("{a}");

        await pair.SwapAsync();

        // READONLY is answered: nothing has run, the master is looked for, and the call is sent there, within its time.
        Assert.Equal(2, await app.AddAsync("{a}", TimeSpan.FromSeconds(10)));
        Assert.Equal("2", await pair.Replica.CommandAsync("GET", "rm:{a}"));
    }

    [Fact]
    public async Task OldMaster_ThatComesBackAsAMaster_IsNotWrittenTo()
    {
        await using var pair = await RedisPair.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(pair.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);
        await pair.FailOverAsync();
        await Eventually.HoldsAsync(app.AnswersAsync);

        await pair.Master.RestartAsync();
        await load.SucceedAsync(2000);

        Assert.Equal("0", await pair.Master.CommandAsync("DBSIZE"));

        // Not even by an instance that starts now: the one that came back has no history.
        await using var late = await RedisApp.StartConnectedAsync(pair.Configuration);
        Assert.True(await late.AnswersAsync());
        Assert.Equal("0", await pair.Master.CommandAsync("DBSIZE"));
    }

    [Fact]
    public async Task ReplicaAlone_IsNoPlaceForScripts_AndTold()
    {
        await using var pair = await RedisPair.StartAsync();
        await using var app = await RedisApp.StartAsync(pair.Replica.Configuration);

        Assert.Equal(RedisFailure.NotConnected, (await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask())).Failure);
        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.Message.Contains("it is a replica", StringComparison.Ordinal)));
        await pair.Replica.CommandAsync("REPLICAOF", "NO", "ONE");

        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task Cluster_SlotsMovedUnderLoad_NoCallFailsAndNothingIsCountedTwice()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(cluster.Configuration);
        await using var load = new Load(app, TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync(() => load.Succeeded > 100);
        var slot = await cluster.SlotAsync("rm:{moved}");
        using var ending = new CancellationTokenSource();
        var counted = 0;
        var counting = Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                Assert.Equal(++counted, await app.AddAsync("{moved}", TimeSpan.FromSeconds(5)));
            }
        });

        foreach (var to in cluster.Masters.Concat(cluster.Masters))
        {
            if (await cluster.OwnerAsync(slot) != to)
            {
                await cluster.MoveAsync(slot, to);
                var before = counted;
                await Eventually.HoldsAsync(() => counted > before + 20 || counting.IsFaulted);
            }
        }

        await ending.CancelAsync();
        await counting;
        Assert.Empty(load.Failures);
        Assert.Equal(0, load.Wrong);
    }

    [Fact]
    public async Task Cluster_SlotHalfMoved_IsServedOnceItIsWhole()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(cluster.Configuration);
        RedisScript sum = new("sum", "return redis.call('INCR', KEYS[1]) + redis.call('INCR', KEYS[2])");
        RedisKey[] keys = ["rm:{half}1", "rm:{half}2"];
        Assert.Equal(2, (int)await app.Redis.EvaluateAsync(sum, keys, [], RedisApp.Patience));
        var slot = await cluster.SlotAsync("{half}");
        var from = await cluster.OwnerAsync(slot);
        var to = cluster.Masters.First(master => master != from);

        await cluster.BeginMoveAsync(slot, to);
        await from.CommandAsync("MIGRATE", "127.0.0.1", $"{to.Port}", "", "0", "1000", "KEYS", "rm:{half}1");

        // One key here and one there: TRYAGAIN, until the move is over.
        var call = app.Redis.EvaluateAsync(sum, keys, [], TimeSpan.FromSeconds(10)).AsTask();
        await cluster.MoveKeysAsync(slot, to);
        Assert.Equal(4, (int)await call);
        await cluster.EndMoveAsync(slot, to);
        Assert.Equal(6, (int)await app.Redis.EvaluateAsync(sum, keys, [], TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Cluster_KeysOfTwoSlots_AreRefused()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(cluster.Configuration);

        var error = await Assert.ThrowsAsync<RedisUnavailableException>(() => app.Redis.EvaluateAsync(RedisApp.Add, ["rm:{a}", "rm:{b}"], [1], RedisApp.Patience).AsTask());

        Assert.Equal((RedisFailure.Refused, "CROSSSLOT"), (error.Failure, error.Code));
        Assert.True(app.Redis.IsAvailable);
    }
}
