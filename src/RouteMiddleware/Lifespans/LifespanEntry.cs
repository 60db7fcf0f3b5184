namespace RouteMiddleware.Lifespans;

/// <summary>One registered resource: how it starts and stops, and where it stands.</summary>
internal abstract class LifespanEntry(string name, Type type)
{
    private int _isRunning;

    public string Name { get; } = name;

    public Type Type { get; } = type;

    public async Task StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await StartCoreAsync(services, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isRunning, 1);
    }

    /// <summary>Whether it runs and is the caller's to stop: of several, the host and the container among them, only the first is told so.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _isRunning, 0) == 1;

    public abstract Task StopAsync(CancellationToken cancellationToken);

    protected abstract Task StartCoreAsync(IServiceProvider services, CancellationToken cancellationToken);
}
