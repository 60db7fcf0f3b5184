using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>What one request knows of a session in Redis beside its values.</summary>
internal sealed class RedisHold(RedisSessionId id, string handle, RedisKey key, byte[] proof)
{
    public RedisSessionId Id { get; } = id;

    public string Handle { get; } = handle;

    public RedisKey Key { get; } = key;

    public byte[] Proof { get; } = proof;

    /// <summary>The number of commits that the session had seen.</summary>
    public long Version { get; init; }

    /// <summary>The server's time of the last answer, in Unix milliseconds, and our time stamp of it: what is waited for in vain must not be written later.</summary>
    public long ServerNow { get; init; }

    public long SeenAt { get; init; }

    /// <summary>Until when the user's list names the session, in our Unix milliseconds; 0 where it doesn't.</summary>
    public long ListedUntil { get; init; }

    /// <summary>The request's turn, where requests take turns.</summary>
    public RedisTurn? Turn { get; set; }
}
