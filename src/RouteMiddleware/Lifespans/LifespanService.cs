using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Lifespans;

/// <summary>Starts the resources before any hosted service, the server among them, and stops them after the last of those.</summary>
internal sealed class LifespanService(LifespanRunner runner) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => runner.StartAllAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => runner.StopAllAsync(cancellationToken);
}
