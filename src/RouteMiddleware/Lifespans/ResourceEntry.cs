namespace RouteMiddleware.Lifespans;

/// <summary>A resource that a delegate makes, handed out by the container while it runs.</summary>
internal sealed class ResourceEntry<TResource>(
    string name,
    Func<IServiceProvider, CancellationToken, Task<TResource>> start,
    Func<TResource, CancellationToken, Task>? stop) : LifespanEntry(name, typeof(TResource))
    where TResource : class
{
    private volatile TResource? _resource;
    private volatile bool _isOver;

    public TResource Resource => _resource ?? throw new InvalidOperationException(
        _isOver
            ? $"The resource '{Name}' ({typeof(TResource).Name}) was stopped with the application: nothing may ask for it any more."
            : $"The resource '{Name}' ({typeof(TResource).Name}) is not started yet: ask for it while a request is served, in a hosted service's StartAsync, or in the start of a resource that is registered behind it.");

    protected override async Task StartCoreAsync(IServiceProvider services, CancellationToken cancellationToken)
        => _resource = await start(services, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("Its start returned nothing.");

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var resource = Resource;
        _isOver = true;
        _resource = null;

        if (stop is not null)
        {
            await stop(resource, cancellationToken).ConfigureAwait(false);
        }
        else if (resource is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        }
        else if (resource is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }
}
