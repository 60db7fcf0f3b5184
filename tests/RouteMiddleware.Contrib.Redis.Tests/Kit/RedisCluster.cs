using System.Globalization;

namespace RouteMiddleware.Tests.Kit;

/// <summary>A cluster of three masters on loopback, each with a third of the slots.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;

    private readonly RedisServer[] _masters;

    private RedisCluster(RedisServer[] masters) => _masters = masters;

    public IReadOnlyList<RedisServer> Masters => _masters;

    /// <summary>All three, as StackExchange.Redis writes them.</summary>
    public string Configuration => string.Join(',', _masters.Select(static master => master.Configuration));

    /// <summary>Starts a cluster and waits until all three know that it is whole.</summary>
    public static async Task<RedisCluster> StartAsync(params string[] arguments)
    {
        var cluster = new RedisCluster(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisServer.StartAsync(["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", .. arguments]))));

        for (var index = 0; index < 3; index++)
        {
            var first = Slots * index / 3;
            var master = cluster._masters[index];
            await master.CommandAsync(["CLUSTER", "ADDSLOTS", .. Enumerable.Range(first, (Slots * (index + 1) / 3) - first).Select(static slot => slot.ToString(CultureInfo.InvariantCulture))]);

            // Equal epochs are settled by an election of sorts, which takes seconds.
            await master.CommandAsync("CLUSTER", "SET-CONFIG-EPOCH", $"{index + 1}");
            await master.CommandAsync("CLUSTER", "MEET", "127.0.0.1", $"{cluster._masters[0].Port}");
        }

        await Eventually.HoldsAsync(async () => (await Task.WhenAll(cluster._masters.Select(IsWholeAsync))).All(static whole => whole));
        return cluster;
    }

    /// <summary>The master that serves a slot, by its own word.</summary>
    public async Task<RedisServer> OwnerAsync(int slot)
    {
        foreach (var line in (await _masters[0].CommandAsync("CLUSTER", "NODES")).Split('\n'))
        {
            var words = line.Split(' ');

            if (words.Skip(8).Select(static range => range.Trim().Split('-')).Any(range => int.TryParse(range[0], CultureInfo.InvariantCulture, out var first) && first <= slot && slot <= int.Parse(range[^1], CultureInfo.InvariantCulture)))
            {
                return _masters.Single(master => words[1].StartsWith($"127.0.0.1:{master.Port}@", StringComparison.Ordinal));
            }
        }

        throw new InvalidOperationException($"Nobody serves slot {slot}.");
    }

    /// <summary>The slot of a key.</summary>
    public async Task<int> SlotAsync(string key) => int.Parse(await _masters[0].CommandAsync("CLUSTER", "KEYSLOT", key), CultureInfo.InvariantCulture);

    /// <summary>Moves a slot with its keys to another master, while it goes on being served.</summary>
    public async Task MoveAsync(int slot, RedisServer to)
    {
        await BeginMoveAsync(slot, to);
        await MoveKeysAsync(slot, to);
        await EndMoveAsync(slot, to);
    }

    /// <summary>Opens a move: keys that are not there yet are answered with ASK, those half there with TRYAGAIN.</summary>
    public async Task BeginMoveAsync(int slot, RedisServer to)
    {
        var from = await OwnerAsync(slot);
        await to.CommandAsync("CLUSTER", "SETSLOT", $"{slot}", "IMPORTING", await IdAsync(from));
        await from.CommandAsync("CLUSTER", "SETSLOT", $"{slot}", "MIGRATING", await IdAsync(to));
    }

    /// <summary>Moves the keys of a slot whose move is open.</summary>
    public async Task MoveKeysAsync(int slot, RedisServer to)
    {
        var from = await OwnerAsync(slot);

        while (await from.CommandAsync("CLUSTER", "GETKEYSINSLOT", $"{slot}", "100") is { Length: > 0 } keys)
        {
            await from.CommandAsync(["MIGRATE", "127.0.0.1", $"{to.Port}", "", "0", "5000", "KEYS", .. keys.Split('\n')]);
        }
    }

    /// <summary>Closes a move: the old master answers MOVED from now on.</summary>
    public async Task EndMoveAsync(int slot, RedisServer to)
    {
        var id = await IdAsync(to);
        var from = await OwnerAsync(slot);

        // The taker first, then the giver, then those that only hear of it: no moment without an owner.
        foreach (var master in new[] { to, from }.Concat(_masters.Except([to, from])))
        {
            await master.CommandAsync("CLUSTER", "SETSLOT", $"{slot}", "NODE", id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in _masters)
        {
            await master.DisposeAsync();
        }
    }

    private static async Task<bool> IsWholeAsync(RedisServer master)
    {
        var info = await master.CommandAsync("CLUSTER", "INFO");
        return info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal);
    }

    private static Task<string> IdAsync(RedisServer master) => master.CommandAsync("CLUSTER", "MYID");
}
