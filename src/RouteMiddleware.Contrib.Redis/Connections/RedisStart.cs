using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>
/// Checks the settings at start, and waits for Redis where it is required. Where nothing uses Redis, nothing of its client is loaded: the connection is not asked for.
/// </summary>
internal sealed class RedisStart(IServiceProvider services, ISharedOptions shared, RedisUse use) : IHostedLifecycleService
{
    // Where it answers, the first request need not wait; where it does not, nothing else waits longer than this.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = shared.Get<RedisOptions>("Redis");

        if (options.Required || !string.IsNullOrWhiteSpace(options.Configuration))
        {
            await CheckAsync(options, cancellationToken).ConfigureAwait(false);
        }
        else if (options.Faults().ToArray() is { Length: > 0 } faults)
        {
            throw new RouteMiddlewareException(faults);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => use.Connection is { } connection ? WaitForFirstAsync(connection, cancellationToken) : Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task WaitForFirstAsync(IRedisConnection used, CancellationToken cancellationToken)
    {
        if (used is RedisConnection connection)
        {
            await connection.Tried.WaitAsync(FirstWait, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Apart, so that the client is loaded by those alone who have Redis in their settings.
    private async Task CheckAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        _ = new RedisSettings(shared, services.GetRequiredService<IServiceProviderIsService>());

        if (!options.Required || services.GetRequiredService<IRedisConnection>() is not RedisConnection connection)
        {
            return;
        }

        try
        {
            await connection.Connected.WaitAsync(options.ConnectTimeout, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new RouteMiddlewareException(new RouteMiddlewareFault(
                RedisOptions.Key(nameof(RedisOptions.Required)),
                $"Redis is required, and within {options.ConnectTimeout.TotalSeconds:0.#} s there was no connection to {connection.Place}: {connection.Reason}.",
                $"Start Redis, correct {RedisOptions.Key(nameof(RedisOptions.Configuration))}, or start without it: {RedisOptions.Key(nameof(RedisOptions.Required))} = false."));
        }
    }
}
