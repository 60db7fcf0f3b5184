namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>The sentences that a failed call is told in.</summary>
internal static class RedisFaults
{
    public static RedisUnavailableException Exception(string operation, RedisError error, Exception? exception = null)
        => new(error.Failure, Sentence(operation, error), exception, error.Code);

    private static string Sentence(string operation, RedisError error) => error.Failure switch
    {
        RedisFailure.Timeout => $"Redis did not answer '{operation}' in time.",
        RedisFailure.NotConnected => $"There is no connection to Redis for '{operation}'.",
        RedisFailure.CircuitOpen => $"Redis failed several times in a row; '{operation}' was not tried.",
        RedisFailure.Overloaded => $"Too many calls wait for Redis; '{operation}' was not sent.",
        RedisFailure.Refused => $"Redis refused '{operation}'{(error.Code is null ? "" : $" ({error.Code})")}.",
        _ => $"The connection to Redis failed during '{operation}'.",
    };
}
