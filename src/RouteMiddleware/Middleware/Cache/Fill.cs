namespace RouteMiddleware.Middleware.Cache;

/// <summary>One answer in the making.</summary>
internal sealed class Fill(string key)
{
    // Those who wait run on threads of their own: the one who runs has an answer to send.
    private readonly TaskCompletionSource<FillOutcome> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiters;

    public string Key { get; } = key;

    public bool HasWaiters => Volatile.Read(ref _waiters) > 0;

    public Task<FillOutcome> Join()
    {
        Interlocked.Increment(ref _waiters);
        return _end.Task;
    }

    public void End(FillOutcome outcome) => _end.TrySetResult(outcome);
}
