namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>What became of an attempt to connect.</summary>
/// <param name="Link">The connection, if there is one.</param>
/// <param name="Reason">What kept it away, without secrets.</param>
/// <param name="WasThere">Whether the server was there, and the attempt cost more than a knock.</param>
internal sealed record LinkAttempt(RedisLink? Link, string? Reason, bool WasThere)
{
    /// <summary>What the server throws away when its memory is full, if it tells.</summary>
    public string? Policy { get; init; }
}
