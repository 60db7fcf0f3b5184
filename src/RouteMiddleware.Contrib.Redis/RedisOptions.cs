namespace RouteMiddleware.Contrib.Redis;

/// <summary>The application's connection to Redis: the section <c>RouteMiddleware:Redis</c>. Read once, when the connection is made.</summary>
public sealed class RedisOptions
{
    /// <summary>
    /// Where Redis is, as StackExchange.Redis writes it: <c>host:6379,password=…</c>; several end points with commas between. Default: none; a registered
    /// <c>IConnectionMultiplexer</c> wins over it.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>What every key begins with. Default: <c>rm:</c>; up to 64 characters, no braces. Instances that share limits, sessions and answers have the same one.</summary>
    public string KeyPrefix { get; set; } = "rm:";

    /// <summary>Whether the application refuses to start while Redis does not answer. Default: <see langword="false"/>: it starts, and goes on connecting in the background.</summary>
    public bool Required { get; set; }

    /// <summary>How long one attempt to connect may take. Default: 5 seconds; from 100 milliseconds to one minute.</summary>
    [DurationRange("100ms", "1m")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
