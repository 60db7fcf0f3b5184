using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>Writes out the files when the server has served its last request; what ends later is written when the application is disposed.</summary>
internal sealed class AccessLogShutdown(AccessLogFiles files) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Behind the StopAsync of all hosted services, the server among them.
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        files.Flush();
        return Task.CompletedTask;
    }
}
