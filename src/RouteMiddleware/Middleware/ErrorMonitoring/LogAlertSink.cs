using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Logs alerts as critical.</summary>
internal sealed partial class LogAlertSink(ILogger<LogAlertSink> logger) : IAlertSink
{
    public Task SendAsync(Alert alert, CancellationToken cancellationToken)
    {
        Log.Raised(logger, alert.Count, alert.Status, alert.Route, alert.Window.TotalSeconds, alert.ExceptionType ?? "none", alert.Suppressed);
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Critical,
            "Alert: {Count} errors with status {Status} on {Route} within {WindowSeconds} s. Last exception: {ExceptionType}. Suppressed since the last alert: {Suppressed}.",
            EventName = nameof(Raised))]
        public static partial void Raised(ILogger logger, int count, int status, string route, double windowSeconds, string exceptionType, long suppressed);
    }
}
