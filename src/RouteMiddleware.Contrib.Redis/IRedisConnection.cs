using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis;

/// <summary>
/// The application's connection to Redis, as middleware use it. Every call is bounded in time, and fails at once while Redis is known to be away. It connects in the
/// background, and comes back by itself.
/// </summary>
public interface IRedisConnection
{
    /// <summary>Whether there is a Redis to connect to: the setting <c>RouteMiddleware:Redis:Configuration</c>, or a registered <see cref="IConnectionMultiplexer"/>.</summary>
    bool IsConfigured { get; }

    /// <summary>Whether a call is worth trying at the moment. It may fail all the same.</summary>
    bool IsAvailable { get; }

    /// <summary>What every key begins with.</summary>
    string KeyPrefix { get; }

    /// <summary>Runs a script, in one round trip.</summary>
    /// <param name="script">The script.</param>
    /// <param name="keys">Its keys, <see cref="KeyPrefix"/> included; all in one slot.</param>
    /// <param name="values">Its arguments.</param>
    /// <param name="timeout">How long the answer is waited for.</param>
    /// <param name="cancellationToken">Gives up waiting; the script may still run.</param>
    /// <returns>What the script returned.</returns>
    /// <exception cref="RedisUnavailableException">The call failed.</exception>
    ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Runs a command that needs no script.</summary>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="operation">What metrics and logs call it: letters, digits and <c>_</c>.</param>
    /// <param name="call">Calls the client, once; called again where Redis answered that nothing has run and another server has the key.</param>
    /// <param name="timeout">How long the answer is waited for.</param>
    /// <param name="cancellationToken">Gives up waiting; the command may still run.</param>
    /// <returns>What the command returned.</returns>
    /// <exception cref="RedisUnavailableException">The call failed.</exception>
    ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default);
}
