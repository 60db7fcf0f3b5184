using System.Globalization;

namespace RouteMiddleware.Contrib.Redis;

/// <summary>The application's connection to Redis: the section <c>RouteMiddleware:Redis</c>. Read once, at start.</summary>
public sealed class RedisOptions
{
    private const int LongestPrefix = 64;

    /// <summary>
    /// Where Redis is, as StackExchange.Redis writes it: <c>host:6379,password=…</c>; several end points with commas between. Default: none; a registered
    /// <c>IConnectionMultiplexer</c> wins over it.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>What every key begins with. Default: <c>rm:</c>; up to 64 characters, no braces. Instances that share limits, sessions and answers have the same one.</summary>
    public string KeyPrefix { get; set; } = "rm:";

    /// <summary>Whether the application refuses to start while Redis does not answer. Default: <see langword="false"/>: it starts, and goes on connecting in the background.</summary>
    public bool Required { get; set; }

    /// <summary>How long one attempt to connect may take, and the start may wait where <see cref="Required"/> is set. Default: 5 seconds; from 100 milliseconds to one minute.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the values, but for <see cref="Configuration"/>, which only the client can read.</summary>
    internal IEnumerable<RouteMiddlewareFault> Faults()
    {
        if (KeyPrefix is null || KeyPrefix.Length > LongestPrefix || KeyPrefix.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            yield return new(
                Key(nameof(KeyPrefix)),
                $"{nameof(KeyPrefix)} ({KeyPrefix ?? "null"}) must have at most {LongestPrefix} characters and no braces.",
                "Braces would put all keys of a cluster into one slot; choose a short word, such as 'shop:'.");
        }

        if (ConnectTimeout < TimeSpan.FromMilliseconds(100) || ConnectTimeout > TimeSpan.FromMinutes(1))
        {
            yield return new(
                Key(nameof(ConnectTimeout)),
                string.Create(CultureInfo.InvariantCulture, $"{nameof(ConnectTimeout)} must be from 100 milliseconds to one minute, but is {ConnectTimeout}."),
                "Take 5 seconds unless there is a reason.");
        }
    }

    internal static string Key(string property) => $"RouteMiddleware:Redis:{property}";
}
