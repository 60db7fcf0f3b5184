using RouteMiddleware.Contrib.Redis;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>Waits until as many replicas as the options ask for have a commit. Without that a save has failed, whatever the master says.</summary>
internal sealed class ReplicaAcknowledgement(IRedisConnection redis, int replicas)
{
    // WAIT holds up the whole connection. Once a replica has failed us, it gets no more than this until it answers again.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private volatile bool _isMissing;

    public async ValueTask WaitAsync(RedisKey key, RedisReply reply, TimeSpan left, CancellationToken cancellationToken)
    {
        if (replicas == 0)
        {
            return;
        }

        // The answer must be back before nobody waits for it any more.
        var patience = _isMissing && Glance < left ? Glance : left * 0.8;
        var isKept = await redis.CallAsync("session_wait", database => WaitAsync(database, key, reply, patience), left, cancellationToken).ConfigureAwait(false);
        _isMissing = !isKept;

        if (!isKept)
        {
            throw new RedisUnavailableException(RedisFailure.Refused, $"The session was saved, but not on {replicas} replica(s) in time.");
        }
    }

    // Both go out at once on one connection: after a reconnect to another server, that one must know the commit, or its answer to WAIT says nothing.
    private async Task<bool> WaitAsync(IDatabase database, RedisKey key, RedisReply reply, TimeSpan patience)
    {
        if (IsCluster(database, key))
        {
            throw new RedisUnavailableException(RedisFailure.Refused, "Durability can't be promised in a cluster: WAIT can't be sent to the node of a session.");
        }

        var version = database.HashGetAsync(key, "#v");
        var acknowledged = database.ExecuteAsync("WAIT", replicas, Math.Max(1, (long)patience.TotalMilliseconds));
        await Task.WhenAll(version, acknowledged).ConfigureAwait(false);
        var known = await version.ConfigureAwait(false);
        var isThere = reply.Code == RedisReply.Ended || (!known.IsNull && (long)known >= reply.Version);
        return isThere && (long)await acknowledged.ConfigureAwait(false) >= replicas;
    }

    private static bool IsCluster(IDatabase database, RedisKey key)
        => database.IdentifyEndpoint(key) is { } node && database.Multiplexer.GetServer(node).ServerType == ServerType.Cluster;
}
