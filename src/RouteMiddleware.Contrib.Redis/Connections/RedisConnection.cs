using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Bounds every call in time, and makes one kind of failure of whatever goes wrong.</summary>
internal sealed class RedisConnection(IServiceProvider services, ISharedOptions options, TimeProvider clock) : IRedisConnection, IAsyncDisposable
{
    private readonly RedisOptions _options = options.Get<RedisOptions>("Redis");
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connecting;
    private bool _isOurs;

    public bool IsConfigured => !string.IsNullOrWhiteSpace(_options.Configuration) || services.GetService<IConnectionMultiplexer>() is not null;

    public bool IsAvailable => _connecting is { IsCompletedSuccessfully: true, Result.IsConnected: true };

    public string KeyPrefix => _options.KeyPrefix;

    public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(script);
        return CallAsync(script.Name, database => EvaluateAsync(database, script, keys, values), timeout, cancellationToken);
    }

    public async ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);

        try
        {
            return await CallAsync(call).WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new RedisUnavailableException(RedisFailure.Timeout, $"Redis did not answer '{operation}' in time.", exception);
        }
        catch (RedisConnectionException exception)
        {
            throw new RedisUnavailableException(RedisFailure.ConnectionLost, $"The connection to Redis failed during '{operation}'.", exception);
        }
        catch (RedisException exception)
        {
            throw new RedisUnavailableException(RedisFailure.Refused, $"Redis refused '{operation}'.", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOurs && _connecting is { IsCompletedSuccessfully: true } connecting)
        {
            await (await connecting.ConfigureAwait(false)).CloseAsync().ConfigureAwait(false);
        }
    }

    // The server forgets its scripts when it restarts or is told to; nothing of the script has run then.
    private static async Task<RedisResult> EvaluateAsync(IDatabase database, RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script.Text, keys, values).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(script.Text, keys, values).ConfigureAwait(false);
        }
    }

    private async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call)
    {
        var connection = await ConnectAsync().ConfigureAwait(false);
        return await call(connection.GetDatabase()).ConfigureAwait(false);
    }

    private Task<IConnectionMultiplexer> ConnectAsync()
    {
        lock (_lock)
        {
            if (_connecting is null || _connecting.IsFaulted)
            {
                _connecting = BeginAsync();
            }

            return _connecting;
        }
    }

    private async Task<IConnectionMultiplexer> BeginAsync()
    {
        if (services.GetService<IConnectionMultiplexer>() is { } registered)
        {
            return registered;
        }

        var configuration = ConfigurationOptions.Parse(_options.Configuration ?? throw new RedisUnavailableException(RedisFailure.NotConnected, "No Redis is configured."));
        configuration.ConnectTimeout = (int)_options.ConnectTimeout.TotalMilliseconds;
        _isOurs = true;
        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }
}
