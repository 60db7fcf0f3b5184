namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Whether anything asked for the connection.</summary>
internal sealed class RedisUse
{
    public IRedisConnection? Connection { get; set; }
}
