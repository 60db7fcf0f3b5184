using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>The alerts that wait for one sink, and what sends them one after the other.</summary>
internal sealed partial class AlertQueue
{
    private const int Capacity = 100;

    private readonly Channel<Alert> _waiting = Channel.CreateBounded<Alert>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Func<Alert, CancellationToken, Task> _send;
    private readonly TimeSpan _limit;
    private readonly string _name;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Task _work;

    /// <summary>Begins to wait for alerts.</summary>
    /// <param name="send">Sends one.</param>
    /// <param name="limit">How long that may take before the next one's turn comes.</param>
    /// <param name="name">What messages call the sink.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Takes failures.</param>
    /// <param name="end">Ends when the time to stop is over.</param>
    public AlertQueue(Func<Alert, CancellationToken, Task> send, TimeSpan limit, string name, TimeProvider clock, ILogger logger, CancellationToken end)
    {
        _send = send;
        _limit = limit;
        _name = name;
        _clock = clock;
        _logger = logger;
        _work = Task.Run(() => WorkAsync(end), CancellationToken.None);
    }

    /// <summary>Takes an alert, or drops it where too many wait: a request never waits for a sink.</summary>
    public void Add(Alert alert)
    {
        if (!_waiting.Writer.TryWrite(alert))
        {
            Log.Dropped(_logger, alert.Status, alert.Route, _name);
        }
    }

    /// <summary>Takes no more.</summary>
    /// <returns>A task that ends when all are sent, or given up.</returns>
    public Task CompleteAsync()
    {
        _waiting.Writer.TryComplete();
        return _work;
    }

    private async Task WorkAsync(CancellationToken end)
    {
        await foreach (var alert in _waiting.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                await _send(alert, end).WaitAsync(_limit, _clock, end).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.Failed(_logger, exception, _name, alert.Status, alert.Route);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Sink} could not send the alert of status {Status} on {Route}.", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, Exception exception, string sink, int status, string route);

        [LoggerMessage(2, LogLevel.Error, "The alert of status {Status} on {Route} was dropped: too many wait for {Sink}.", EventName = nameof(Dropped))]
        public static partial void Dropped(ILogger logger, int status, string route, string sink);
    }
}
