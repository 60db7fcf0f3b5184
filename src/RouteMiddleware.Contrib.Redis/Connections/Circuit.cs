namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>
/// Opens after several calls in a row that found the store away, and lets none through then. A probe makes it half open: one call at a time is let through on trial, and
/// what becomes of it decides.
/// </summary>
internal sealed class Circuit(Action<RedisError> opened, Action closed)
{
    public const int Threshold = 5;

    private const int Closed = 0;
    private const int HalfOpen = 1;
    private const int OnTrial = 2;
    private const int Open = 3;

    private int _state;
    private int _failures;

    public CircuitState State => Volatile.Read(ref _state) switch
    {
        Closed => CircuitState.Closed,
        Open => CircuitState.Open,
        _ => CircuitState.HalfOpen,
    };

    /// <summary>Whether a call may be made now; one on trial must be told of in any case.</summary>
    public bool TryEnter(out bool isTrial)
    {
        var state = Volatile.Read(ref _state);
        isTrial = state == HalfOpen && Interlocked.CompareExchange(ref _state, OnTrial, HalfOpen) == HalfOpen;
        return isTrial || state == Closed;
    }

    public void Succeeded(bool isTrial)
    {
        if (isTrial)
        {
            Close();
        }
        else if (Volatile.Read(ref _failures) != 0)
        {
            Volatile.Write(ref _failures, 0);
        }
    }

    public void Failed(bool isTrial, RedisError error)
    {
        if (isTrial)
        {
            Interlocked.CompareExchange(ref _state, Open, OnTrial);
        }
        else if (Interlocked.Increment(ref _failures) >= Threshold && Interlocked.CompareExchange(ref _state, Open, Closed) == Closed)
        {
            opened(error);
        }
    }

    /// <summary>A call ended without telling anything about the store.</summary>
    public void Unknown(bool isTrial)
    {
        if (isTrial)
        {
            Interlocked.CompareExchange(ref _state, HalfOpen, OnTrial);
        }
    }

    /// <summary>The store answered a probe.</summary>
    public void Answered() => Interlocked.CompareExchange(ref _state, HalfOpen, Open);

    /// <summary>The store carried out what calls do.</summary>
    public void Close()
    {
        Volatile.Write(ref _failures, 0);

        if (Interlocked.Exchange(ref _state, Closed) != Closed)
        {
            closed();
        }
    }
}
