namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>
/// The requests of one session, one after the other, in the order in which they came. A turn has a number and ends by itself after
/// <see cref="Longest"/>: who is still at work then has lost it, and what it writes is refused.
/// </summary>
internal sealed class SessionTurns(TimeProvider clock)
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<long>> _waiting = new();
    private ITimer? _timer;
    private long _last;
    private long _holder;
    private long _since;

    /// <summary>Waits for a turn.</summary>
    /// <returns>The turn's number, above zero.</returns>
    public ValueTask<long> WaitAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<long>> place;

        lock (_lock)
        {
            if (_waiting.Count == 0 && (_holder == 0 || IsOverdue()))
            {
                return new(Take());
            }

            place = _waiting.AddLast(new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
            Watch();
        }

        return new(AwaitAsync(place, cancellationToken));
    }

    public bool IsHeldBy(long turn)
    {
        lock (_lock)
        {
            return _holder == turn;
        }
    }

    public void Release(long turn)
    {
        lock (_lock)
        {
            if (_holder == turn)
            {
                GoOn();
            }
        }
    }

    private static async Task<long> AwaitAsync(LinkedListNode<TaskCompletionSource<long>> place, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<long>)state!).TrySetCanceled(token),
            place.Value);

        await using (registration.ConfigureAwait(false))
        {
            return await place.Value.Task.ConfigureAwait(false);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;

            if (_holder != 0 && IsOverdue())
            {
                GoOn();
            }
            else
            {
                Watch();
            }
        }
    }

    private bool IsOverdue() => clock.GetElapsedTime(_since) >= Longest;

    private long Take()
    {
        _since = clock.GetTimestamp();
        return _holder = ++_last;
    }

    private void GoOn()
    {
        _timer?.Dispose();
        _timer = null;
        _holder = 0;

        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            var turn = Take();

            // A request that was aborted meanwhile has left the queue.
            if (first.Value.TrySetResult(turn))
            {
                Watch();
                return;
            }

            _holder = 0;
        }
    }

    private void Watch()
    {
        if (_waiting.Count > 0 && _holder != 0)
        {
            var left = Longest - clock.GetElapsedTime(_since);
            _timer ??= clock.CreateTimer(static state => ((SessionTurns)state!).OnTimer(), this, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
