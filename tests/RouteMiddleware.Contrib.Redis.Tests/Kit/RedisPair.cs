namespace RouteMiddleware.Tests.Kit;

/// <summary>A master and its replica.</summary>
public sealed class RedisPair : IAsyncDisposable
{
    private RedisPair(RedisServer master, RedisServer replica)
    {
        Master = master;
        Replica = replica;
    }

    /// <summary>The one that was the master at first.</summary>
    public RedisServer Master { get; }

    /// <summary>The one that was the replica at first.</summary>
    public RedisServer Replica { get; }

    /// <summary>Both, as StackExchange.Redis writes them.</summary>
    public string Configuration => $"{Master.Configuration},{Replica.Configuration}";

    /// <summary>Starts both and waits until writes to the master reach the replica.</summary>
    public static async Task<RedisPair> StartAsync(params string[] arguments)
    {
        string[] all = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", .. arguments];
        var pair = new RedisPair(await RedisServer.StartAsync(all), await RedisServer.StartAsync(all));
        await pair.FollowAsync(pair.Replica, pair.Master);
        return pair;
    }

    /// <summary>Makes a server the replica of another, and waits until it follows: its link is up a second before it really does.</summary>
    public async Task FollowAsync(RedisServer replica, RedisServer master)
    {
        await replica.CommandAsync("REPLICAOF", "127.0.0.1", $"{master.Port}");
        await Eventually.HoldsAsync(async () =>
        {
            // One connection: WAIT counts the writes of its own.
            var answers = await master.CommandsAsync("SET following 1", "WAIT 1 100", "DEL following");
            return answers.Contains("\n1\n", StringComparison.Ordinal) && (await replica.CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal);
        });
    }

    /// <summary>Kills the master and makes the replica a master.</summary>
    public async Task FailOverAsync()
    {
        await Master.KillAsync();
        await Replica.CommandAsync("REPLICAOF", "NO", "ONE");
    }

    /// <summary>Swaps the two while both live, as a planned failover does: the old master refuses writes.</summary>
    public async Task SwapAsync()
    {
        await Replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await Master.CommandAsync("REPLICAOF", "127.0.0.1", $"{Replica.Port}");
    }

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        await Master.DisposeAsync();
    }
}
