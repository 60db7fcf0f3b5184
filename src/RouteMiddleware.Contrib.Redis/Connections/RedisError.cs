using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>What an exception of the client means.</summary>
/// <param name="Failure">Why the call failed.</param>
/// <param name="Code">The first word of the server's error, if it sent one.</param>
internal readonly record struct RedisError(RedisFailure Failure, string? Code)
{
    /// <summary>Whether nothing has run, and the very same call succeeds elsewhere or in a moment.</summary>
    public bool IsAnsweredElsewhere => Code is "NOSCRIPT" or "MOVED" or "ASK" or "TRYAGAIN" or "READONLY";

    /// <summary>Whether the server that answered is not the master any more.</summary>
    public bool IsFromReplica => Code is "READONLY" or "MASTERDOWN";

    /// <summary>
    /// Whether it means that the store is away, and not that it refuses one command or the writes alone: those with no memory left still answer reads and deletions.
    /// </summary>
    public bool MeansAway => Failure switch
    {
        RedisFailure.Refused => Code is "LOADING" or "MASTERDOWN" or "CLUSTERDOWN" or "BUSY" or "UNKILLABLE" or "NOAUTH" or "WRONGPASS" or "NOPERM",
        RedisFailure.Overloaded => false,
        _ => true,
    };

    /// <summary>Whether the client throws such things for what befalls a call.</summary>
    public static bool IsKnown(Exception exception)
        => exception is RedisException or RedisCommandException or RedisConnectionException or RedisServerException or ObjectDisposedException or TimeoutException or OperationCanceledException;

    public static RedisError Of(Exception exception) => exception switch
    {
        RedisServerException server => new(RedisFailure.Refused, CodeOf(server.Message)),
        RedisConnectionException { FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection } => new(RedisFailure.NotConnected, null),
        RedisConnectionException => new(RedisFailure.ConnectionLost, null),

        // The client's own check: what it holds for the master has become a replica.
        RedisCommandException command when command.Message.Contains("slave", StringComparison.OrdinalIgnoreCase) || command.Message.Contains("replica", StringComparison.OrdinalIgnoreCase)
            => new(RedisFailure.Refused, "READONLY"),
        RedisCommandException command when command.Message.Contains("single slot", StringComparison.OrdinalIgnoreCase) => new(RedisFailure.Refused, "CROSSSLOT"),
        ObjectDisposedException => new(RedisFailure.NotConnected, null),
        TimeoutException => new(RedisFailure.Timeout, null),
        RedisException or RedisCommandException => new(RedisFailure.Refused, null),
        _ => new(RedisFailure.ConnectionLost, null),
    };

    private static string CodeOf(string message)
    {
        // The client's own text for a MOVED or ASK to a master that it can't reach yet.
        if (message.StartsWith("Endpoint ", StringComparison.Ordinal) && message.Contains("serving hashslot", StringComparison.Ordinal))
        {
            return "MOVED";
        }

        var code = FirstWord(message);

        // Before version 7 an error inside a script comes wrapped: "ERR Error running script (…): @user_script:1: -OOM command not allowed …".
        if (code is "ERR" && message.LastIndexOf(": -", StringComparison.Ordinal) is >= 0 and var inner && FirstWord(message.AsSpan(inner + 3)) is { Length: > 2 } wrapped)
        {
            return wrapped;
        }

        return code.Length == 0 ? "ERR" : code;
    }

    private static string FirstWord(ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('A', 'Z');
        return (length < 0 ? text : text[..Math.Min(length, 32)]).ToString();
    }
}
