namespace RouteMiddleware.Middleware.Cache;

/// <summary>One answer in the making.</summary>
internal sealed class Fill(string key)
{
    // Those who wait run on threads of their own: the one who runs has an answer to send.
    private readonly TaskCompletionSource<FillOutcome> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiters;

    public string Key { get; } = key;

    public int Waiters => Volatile.Read(ref _waiters);

    public Task<FillOutcome> Outcome => _end.Task;

    /// <summary>Counts one who waits.</summary>
    public void Join() => Interlocked.Increment(ref _waiters);

    /// <summary>The answer for those who wait, where the store can't give it to them.</summary>
    public HandedAnswer? Answer { get; private set; }

    public void End(FillOutcome outcome) => _end.TrySetResult(outcome);

    /// <summary>Gives the answer to those who wait, and to nobody else.</summary>
    public void Hand(HandedAnswer answer)
    {
        Answer = answer;
        End(FillOutcome.Handed);
    }
}
