namespace RouteMiddleware.Lifespans;

/// <summary>
/// Stops one resource when the container is disposed of, if nobody did so before: after a start that failed elsewhere, the host stops nothing. Made right after the
/// resource has started, so that the container, which goes backwards, comes to it before what the resource was made from.
/// </summary>
internal sealed class LifespanGuard(LifespanRunner runner) : IAsyncDisposable, IDisposable
{
    public LifespanEntry? Entry { get; set; }

    public async ValueTask DisposeAsync()
    {
        // What it throws is logged there; thrown from here, it would keep the container from disposing of anything else.
        _ = Entry is null ? null : await runner.StopOneAsync(Entry).ConfigureAwait(false);
    }

    // For containers that are disposed of synchronously, which only ones without a host are: there is no other way than to wait.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
