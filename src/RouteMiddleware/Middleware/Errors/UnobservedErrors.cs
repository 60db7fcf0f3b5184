using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Reports exceptions of tasks that nobody waited for, as long as the application lives.</summary>
internal sealed partial class UnobservedErrors : IDisposable
{
    private readonly ILogger<UnobservedErrors> _logger;
    private readonly ErrorMetrics _metrics;
    private readonly SecretTexts _secrets;

    public UnobservedErrors(ILogger<UnobservedErrors> logger, ErrorMetrics metrics, SecretTexts secrets)
    {
        _logger = logger;
        _metrics = metrics;
        _secrets = secrets;
        TaskScheduler.UnobservedTaskException += Report;
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Report;

    private void Report(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        var exception = unobserved.Exception.InnerExceptions is [var only] ? only : unobserved.Exception;
        _metrics.CountUnobserved(exception);
        Log.Unobserved(_logger, MaskedException.Of(exception, _secrets.Mask));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A task failed, and nobody waited for it.", EventName = "Unobserved")]
        public static partial void Unobserved(ILogger logger, Exception exception);
    }
}
