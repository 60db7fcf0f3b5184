using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>
/// Keeps what instances share up to date: once before the port opens, and twice a second, as far as somebody uses it, until the application ends.
/// </summary>
internal sealed partial class RedisFollower(Func<Followed[]> find, TimeProvider clock, ILogger<RedisFollower> logger) : BackgroundService
{
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private Followed[] _followed = [];
    private bool _isBehind;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _followed = [.. find().Where(static followed => followed.Follower is not null)];

        // A new instance knows what the others know before its first request; without Redis it starts all the same. Who will use it is not known yet: chains are made after this.
        await FollowAsync(_followed, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_followed.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, clock);

        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                if (Array.FindAll(_followed, static followed => followed.IsUsed) is { Length: > 0 } used)
                {
                    await FollowAsync(used, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application ends.
        }
    }

    private async Task FollowAsync(Followed[] all, CancellationToken cancellationToken)
    {
        var wasBehind = _isBehind;
        _isBehind = false;

        foreach (var followed in all)
        {
            try
            {
                await followed.Follower!.FollowAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it is, also something at our keys that we did not write: it must not end the application, and is tried again.
                _isBehind = true;

                if (!wasBehind)
                {
                    wasBehind = true;
                    Log.Behind(logger, exception);
                }
            }
        }

        if (wasBehind && !_isBehind)
        {
            Log.UpToDate(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What other instances say of maintenance and of revoked tokens can't be heard. What was known stays.", EventName = "Behind")]
        public static partial void Behind(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Maintenance and revoked tokens are those of all instances again.", EventName = "UpToDate")]
        public static partial void UpToDate(ILogger logger);
    }
}
