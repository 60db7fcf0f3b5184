namespace RouteMiddleware;

/// <summary>
/// Something that has to be up while the application serves: started in the order of registration before the port opens, stopped in the reverse order after the last
/// request was served. Registered by <c>AddLifespan&lt;TLifespan&gt;()</c>, which makes it a singleton.
/// </summary>
public interface ILifespan
{
    /// <summary>Starts. Where it throws, what had started before is stopped, and the application does not start.</summary>
    /// <param name="cancellationToken">Ends the start: the host was told to stop, or its <c>StartupTimeout</c> is over.</param>
    /// <returns>A task that ends when the start is done.</returns>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops. Called once, and only after a start that succeeded. Where it throws, the others are stopped all the same.</summary>
    /// <param name="cancellationToken">Ends the wait: the host's <c>ShutdownTimeout</c> is over.</param>
    /// <returns>A task that ends when the stop is done.</returns>
    Task StopAsync(CancellationToken cancellationToken);
}
