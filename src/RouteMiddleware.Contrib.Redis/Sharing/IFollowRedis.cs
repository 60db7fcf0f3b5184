namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>Something that all instances know alike, within about a second.</summary>
internal interface IFollowRedis
{
    /// <summary>Sends what this instance said and nobody else knows yet; then takes over what others said.</summary>
    /// <exception cref="RedisUnavailableException">Redis is away. What was known stays, and what was not sent is sent the next time.</exception>
    Task FollowAsync(CancellationToken cancellationToken);
}
