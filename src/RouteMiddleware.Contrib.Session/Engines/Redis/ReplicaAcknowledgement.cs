using RouteMiddleware.Contrib.Redis;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>Waits until as many replicas as the options ask for have a commit. Without that a save has failed, whatever the master says.</summary>
internal sealed class ReplicaAcknowledgement(IRedisConnection redis, int replicas, TimeProvider clock)
{
    // WAIT holds up the whole connection: one at a time, for all commits that were carried out before it, and never for long.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private Task<bool>? _running;
    private Task<bool>? _next;
    private volatile bool _isMissing;

    public async ValueTask WaitAsync(RedisKey key, byte[]? proof, RedisReply reply, TimeSpan left, CancellationToken cancellationToken)
    {
        if (replicas == 0)
        {
            return;
        }

        var began = clock.GetTimestamp();
        var isKept = false;

        // Once a replica has failed us, a save takes one look at it and no more until it answers again.
        for (var tries = 0; !isKept && clock.GetElapsedTime(began) < left && (tries == 0 || !_isMissing); tries++)
        {
            isKept = await JoinAsync(left).WaitAsync(left, clock, cancellationToken).ConfigureAwait(false);
        }

        _isMissing = !isKept;

        if (!isKept || !await IsThereAsync(key, proof, reply, left, cancellationToken).ConfigureAwait(false))
        {
            throw new RedisUnavailableException(RedisFailure.Refused, $"The session was saved, but not on {replicas} replica(s) in time.");
        }
    }

    // One that began before the commit was carried out says nothing of it.
    private Task<bool> JoinAsync(TimeSpan timeout)
    {
        lock (_lock)
        {
            if (_running is null or { IsCompleted: true })
            {
                return _running = Watched(AskAsync(timeout));
            }

            return _next ??= Watched(AskNextAsync(_running, timeout));
        }
    }

    // All who waited for it may have given it up: how it fails then is no news.
    private static Task<bool> Watched(Task<bool> asking)
    {
        _ = asking.ContinueWith(static given => _ = given.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return asking;
    }

    private async Task<bool> AskNextAsync(Task<bool> before, TimeSpan timeout)
    {
        // Never at once: who called must have put this task into its place before it is taken out of it.
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);

        Task<bool> asking;

        lock (_lock)
        {
            _next = null;
            _running = asking = AskAsync(timeout);
        }

        return await asking.ConfigureAwait(false);
    }

    private async Task<bool> AskAsync(TimeSpan timeout)
        => await redis.CallAsync("session_wait", AskAsync, timeout).ConfigureAwait(false);

    private async Task<bool> AskAsync(IDatabase database)
    {
        if (database.Multiplexer.GetEndPoints().Any(node => database.Multiplexer.GetServer(node).ServerType == ServerType.Cluster))
        {
            throw new RedisUnavailableException(RedisFailure.Refused, "Durability can't be promised in a cluster: WAIT can't be sent to the node of a session.");
        }

        // It speaks of what was there when its own connection last asked for anything, and the commits may have come by another: hence the one before it. A command without a
        // key goes to any server; a replica refuses these two.
        var ping = database.ExecuteAsync("PING", [], CommandFlags.DemandMaster);
        var wait = database.ExecuteAsync("WAIT", (object[])[replicas, (long)Slice.TotalMilliseconds], CommandFlags.DemandMaster);
        await Task.WhenAll(ping, wait).ConfigureAwait(false);
        return (long)await wait.ConfigureAwait(false) >= replicas;
    }

    // After a reconnect to another server, the answer to WAIT was that one's: it must know the commit.
    private async ValueTask<bool> IsThereAsync(RedisKey key, byte[]? proof, RedisReply reply, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var found = await redis.CallAsync("session_check", database => database.HashGetAsync(key, ["#i", "#v"]), timeout, cancellationToken).ConfigureAwait(false);

        return reply.Code == RedisReply.Ended
            ? found[0].IsNull || proof is null || !((byte[])found[0]!).AsSpan().SequenceEqual(proof)
            : !found[1].IsNull && (long)found[1] >= reply.Version;
    }
}
