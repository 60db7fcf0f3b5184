namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>
/// Where alerts go. Register any number as singletons. Each has a queue of its own and is called apart from requests: one that is slow or throws harms neither a request nor another sink.
/// </summary>
public interface IAlertSink
{
    /// <summary>Sends one alert. What it throws is logged.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Ends when the application's time to stop is over.</param>
    /// <returns>A task that ends when the alert is sent; the next one waits for it, at most half a minute.</returns>
    Task SendAsync(Alert alert, CancellationToken cancellationToken);
}
