using System.Threading.Channels;
using RouteMiddleware.Middleware.ErrorMonitoring;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

/// <summary>Keeps the alerts that it is sent.</summary>
internal sealed class AlertSink : IAlertSink
{
    private readonly Channel<Alert> _alerts = Channel.CreateUnbounded<Alert>();

    public int Waiting => _alerts.Reader.Count;

    public Task SendAsync(Alert alert, CancellationToken cancellationToken) => _alerts.Writer.WriteAsync(alert, cancellationToken).AsTask();

    public Task<Alert> NextAsync() => _alerts.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}
