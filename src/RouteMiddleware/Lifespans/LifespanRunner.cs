using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Lifespans;

/// <summary>Starts resources one after the other and stops them in the reverse order, each whatever the others do.</summary>
internal sealed partial class LifespanRunner(
    LifespanList list,
    IServiceProvider services,
    IOptions<HostOptions> hostOptions,
    TimeProvider clock,
    ILogger<LifespanRunner> logger)
{
    // For a resource whose turn comes when the host's time is over already, used up by slow requests or by another resource.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public async Task StartAllAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < list.Entries.Count; i++)
        {
            if (await StartOneAsync(list.Entries[i], cancellationToken).ConfigureAwait(false) is { } error)
            {
                using var limit = new CancellationTokenSource(hostOptions.Value.ShutdownTimeout, clock);
                await StopBackwardsAsync(i - 1, limit.Token).ConfigureAwait(false);
                throw error;
            }
        }
    }

    public async Task StopAllAsync(CancellationToken cancellationToken)
    {
        var errors = await StopBackwardsAsync(list.Entries.Count - 1, cancellationToken).ConfigureAwait(false);

        // As the host does with its services: all were stopped, and whoever stopped the host hears of each failure.
        if (errors.Count > 0)
        {
            throw new AggregateException("Not all resources could be stopped.", errors);
        }
    }

    /// <summary>Stops a resource whose host is gone.</summary>
    /// <returns>What went wrong, logged already.</returns>
    public async Task<Exception?> StopOneAsync(LifespanEntry entry)
    {
        using var limit = new CancellationTokenSource(hostOptions.Value.ShutdownTimeout, clock);
        return await StopOneAsync(entry, limit.Token).ConfigureAwait(false);
    }

    private async Task<Exception?> StartOneAsync(LifespanEntry entry, CancellationToken cancellationToken)
    {
        var start = Task.CompletedTask;

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            start = entry.StartAsync(services, cancellationToken);
            await start.WaitAsync(cancellationToken).ConfigureAwait(false);
            services.GetRequiredService<LifespanGuard>().Entry = entry;
            Log.Started(logger, entry.Name);
            return null;
        }
        catch (Exception error)
        {
            _ = StopLateAsync(entry, start);

            return error is OperationCanceledException && cancellationToken.IsCancellationRequested
                ? new OperationCanceledException($"The start was given up while the resource '{entry.Name}' ({entry.Type.Name}) started.", error, cancellationToken)
                : new InvalidOperationException($"The resource '{entry.Name}' ({entry.Type.Name}) could not be started: {error.Message}", error);
        }
    }

    // A start that does not listen to its token may still end well, long after everybody went.
    private async Task StopLateAsync(LifespanEntry entry, Task start)
    {
        await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopOneAsync(entry).ConfigureAwait(false);
    }

    private async Task<List<Exception>> StopBackwardsAsync(int last, CancellationToken cancellationToken)
    {
        List<Exception> errors = [];

        for (var i = last; i >= 0; i--)
        {
            if (await StopOneAsync(list.Entries[i], cancellationToken).ConfigureAwait(false) is { } error)
            {
                errors.Add(error);
            }
        }

        return errors;
    }

    private async Task<Exception?> StopOneAsync(LifespanEntry entry, CancellationToken cancellationToken)
    {
        if (!entry.TryTake())
        {
            return null;
        }

        using var grace = cancellationToken.IsCancellationRequested ? new CancellationTokenSource(Grace, clock) : null;
        var limit = grace?.Token ?? cancellationToken;

        try
        {
            await entry.StopAsync(limit).WaitAsync(limit).ConfigureAwait(false);
            Log.Stopped(logger, entry.Name);
            return null;
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested)
        {
            Log.NotStoppedInTime(logger, entry.Name);
            return new TimeoutException($"The resource '{entry.Name}' ({entry.Type.Name}) did not stop in time.", error);
        }
        catch (Exception error)
        {
            Log.NotStopped(logger, entry.Name, error);
            return new InvalidOperationException($"The resource '{entry.Name}' ({entry.Type.Name}) could not be stopped: {error.Message}", error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The resource '{Name}' has started.", EventName = "Started")]
        public static partial void Started(ILogger logger, string name);

        [LoggerMessage(2, LogLevel.Information, "The resource '{Name}' has stopped.", EventName = "Stopped")]
        public static partial void Stopped(ILogger logger, string name);

        [LoggerMessage(3, LogLevel.Error, "The resource '{Name}' did not stop in time; the others are stopped all the same.", EventName = "NotStoppedInTime")]
        public static partial void NotStoppedInTime(ILogger logger, string name);

        [LoggerMessage(4, LogLevel.Error, "The resource '{Name}' could not be stopped; the others are stopped all the same.", EventName = "NotStopped")]
        public static partial void NotStopped(ILogger logger, string name, Exception exception);
    }
}
