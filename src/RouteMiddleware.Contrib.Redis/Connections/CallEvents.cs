using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Who learns what became of the calls.</summary>
internal abstract class CallEvents
{
    public abstract TimeProvider Clock { get; }

    /// <summary>The connection of the moment.</summary>
    public abstract RedisLink? Link { get; }

    /// <summary>A call ended with an answer; it took so long.</summary>
    public abstract void Succeeded(string operation, long startedAt, bool isTrial);

    /// <summary>A call failed.</summary>
    public abstract void Failed(string operation, long startedAt, bool isTrial, RedisError error, RedisLink link, TimeSpan timeout);

    /// <summary>The caller went away.</summary>
    public abstract void Cancelled(string operation, long startedAt, bool isTrial);

    /// <summary>A server answered that it is not the master.</summary>
    public abstract void AnsweredAsReplica(RedisLink link);
}
