using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Brings alerts to the sinks, apart from requests. Each sink has a queue of its own, made at its first alert.</summary>
internal sealed class AlertDelivery : IHostedService, IDisposable
{
    private static readonly TimeSpan SinkLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly IAlertSink[] _sinks;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<object, Lazy<AlertQueue>> _queues = new();
    private readonly Lazy<WebhookSender> _webhooks;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationToken _ending;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    public AlertDelivery(IEnumerable<IAlertSink> sinks, TimeProvider clock, ILogger<AlertDelivery> logger)
    {
        _sinks = [.. sinks];
        _clock = clock;
        _logger = logger;
        _webhooks = new(() => new WebhookSender(clock, logger));

        // Kept: a request may raise an alert while the application is disposed of, and must not fail of it.
        _ending = _end.Token;
    }

    /// <summary>Takes an alert. It neither waits nor throws.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="webhook">Where it is posted as well.</param>
    public void Send(Alert alert, WebhookTarget? webhook)
    {
        foreach (var sink in _sinks)
        {
            QueueOf(sink, static (self, sink) => self.CreateQueue(((IAlertSink)sink).SendAsync, SinkLimit, sink.GetType().Name)).Add(alert);
        }

        if (webhook is not null)
        {
            QueueOf(webhook, static (self, key) =>
            {
                var target = (WebhookTarget)key;
                return self.CreateQueue((alert, end) => self._webhooks.Value.SendAsync(target, alert, end), WebhookSender.LongestTime(target), $"the webhook at {target.Address.IdnHost}");
            }).Add(alert);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Sends what waits: the server has stopped by now. A webhook that is down is tried once more, not waited for. A host that is stopped by two at once, as a test's is by its
    /// factory and by its own end, may be disposed of meanwhile.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await UnlessDisposed(() => _webhooks.IsValueCreated ? _webhooks.Value.HurryAsync() : Task.CompletedTask).ConfigureAwait(false);

        var rest = Task.WhenAll(_queues.Values.Select(static queue => queue.Value.CompleteAsync()));

        // Whoever stops the application decides how long it may take; this is for what was never told.
        await Task.WhenAny(rest, Task.Delay(FlushLimit, _clock, cancellationToken)).ConfigureAwait(false);
        await UnlessDisposed(_end.CancelAsync).ConfigureAwait(false);

        // A sink that blocks its thread does not hold up the others' end.
        await rest.WaitAsync(EndLimit, _clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        if (_webhooks.IsValueCreated)
        {
            _webhooks.Value.Dispose();
        }

        _end.Dispose();
    }

    private Task UnlessDisposed(Func<Task> begin)
    {
        lock (_gate)
        {
            return _isDisposed ? Task.CompletedTask : begin();
        }
    }

    private AlertQueue QueueOf(object key, Func<AlertDelivery, object, AlertQueue> create)
        => _queues.GetOrAdd(key, static (key, args) => new Lazy<AlertQueue>(() => args.create(args.self, key)), (self: this, create)).Value;

    private AlertQueue CreateQueue(Func<Alert, CancellationToken, Task> send, TimeSpan limit, string name) => new(send, limit, name, _clock, _logger, _ending);
}
