using System.Threading.Tasks.Sources;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>
/// One call with a deadline of its own: the client's are as coarse as its heartbeat, which is a second. An answer that comes later is dropped; it never reaches another call.
/// </summary>
/// <typeparam name="T">What the call returns.</typeparam>
internal abstract class PendingCall<T> : IValueTaskSource<T>
{
    private const int MostTries = 6;
    private const int Waiting = 1;
    private const int Ended = 0;
    private const int States = 2;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);

    private readonly CallEvents _events;
    private readonly Action _replied;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<T> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private Task<T>? _reply;
    private RedisLink _link = null!;
    private string _operation = "";
    private TimeSpan _timeout;
    private long _startedAt;
    private bool _isTrial;
    private bool _isAnswered;
    private int _tries;

    // The number of this use, and whether it still waits: a timer or a cancellation of an earlier use finds another number.
    private long _state;

    protected PendingCall(CallEvents events)
    {
        _events = events;
        _replied = Replied;

        // A timer keeps what flows with the request that makes it, and this one serves many.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = events.Clock.CreateTimer(static call => ((PendingCall<T>)call!).Elapsed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask<T> Run(RedisLink link, string operation, bool isTrial, long startedAt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        (_link, _operation, _isTrial, _startedAt, _timeout, _cancellation) = (link, operation, isTrial, startedAt, timeout, cancellationToken);
        _tries = 0;
        _isAnswered = false;
        _source.RunContinuationsAsynchronously = true;
        Volatile.Write(ref _state, ((_state / States) + 1) * States + Waiting);

        // Before it is sent: the reply may be there at once, and ends both.
        var rest = timeout - _events.Clock.GetElapsedTime(startedAt);
        _timer.Change(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _registration = cancellationToken.UnsafeRegister(static (call, token) => ((PendingCall<T>)call!).Cancelled(token), this);

        var call = new ValueTask<T>(this, _source.Version);

        if (rest > TimeSpan.Zero)
        {
            Send();
        }
        else
        {
            link.End();
        }

        return call;
    }

    T IValueTaskSource<T>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            // One that was given up is still known to the client, and is left to the collector.
            if (_isAnswered)
            {
                (_reply, _cancellation, _registration) = (null, default, default);
                _source.Reset();
                Recycle();
            }
            else
            {
                _timer.Dispose();
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Hands the command to the client; again where nothing has run.</summary>
    protected abstract Task<T> SendAsync(IDatabase database, bool isAgain);

    /// <summary>Forgets what the call was about, and makes it ready for another.</summary>
    protected abstract void Recycle();

    private void Send()
    {
        try
        {
            _reply = SendAsync(_link.Database, _tries > 0);
        }
        catch (Exception exception)
        {
            // Ended like every other call, whatever it was.
            _reply = Task.FromException<T>(exception);
        }

        _reply.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_replied);
    }

    private void Replied()
    {
        var reply = _reply!;

        if (reply.IsCompletedSuccessfully)
        {
            _link.Heard();

            if (TryEnd(Volatile.Read(ref _state), isAnswered: true))
            {
                _events.Succeeded(_operation, _startedAt, _isTrial);

                // The last thing that is done here: who waits goes on at once, and this may be another call's by then.
                _source.RunContinuationsAsynchronously = !_link.RepliesApart;
                _source.SetResult(reply.Result);
            }

            return;
        }

        // Reading it also marks it as seen, where nobody waits for it any more.
        var exception = reply.Exception?.InnerException ?? new OperationCanceledException("The client gave the call up.");

        if (!RedisError.IsKnown(exception))
        {
            FailAsItIs(exception);
            return;
        }

        var error = RedisError.Of(exception);

        if (error.Failure == RedisFailure.Refused)
        {
            _link.Heard();
        }

        if (error.IsFromReplica)
        {
            _events.AnsweredAsReplica(_link);
        }

        if (error.IsAnsweredElsewhere && PauseBefore(++_tries, error) is { } pause)
        {
            _ = TryAgainAsync(pause);
        }
        else if (TryEnd(Volatile.Read(ref _state), isAnswered: true))
        {
            Fail(error, exception);
        }
    }

    // A fault of the code that made the call: it says nothing of Redis.
    private void FailAsItIs(Exception exception)
    {
        if (TryEnd(Volatile.Read(ref _state), isAnswered: true))
        {
            _events.Cancelled(_operation, _startedAt, _isTrial);
            _source.SetException(exception);
        }
    }

    // Nothing has run: a script is sent again at once, what moves needs a moment. None where the time does not suffice for it.
    private TimeSpan? PauseBefore(int tries, RedisError error)
    {
        var pause = error.Code is "NOSCRIPT" ? TimeSpan.Zero : ShortestPause * (1 << tries);
        return tries < MostTries && Volatile.Read(ref _state) % States == Waiting && _events.Clock.GetElapsedTime(_startedAt) + pause < _timeout ? pause : null;
    }

    private async Task TryAgainAsync(TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _events.Clock).ConfigureAwait(false);
        }

        // By now there may be another connection, to the master that was found meanwhile.
        if (_events.Link is { } link && link != _link && link.TryBegin())
        {
            _link.End();
            _link = link;
        }

        if (Volatile.Read(ref _state) % States == Waiting)
        {
            Send();
        }
        else
        {
            _link.End();
        }
    }

    private void Elapsed()
    {
        var state = Volatile.Read(ref _state);

        // After the state: a timer of an earlier use reads this use's start, or finds another state below.
        if (_events.Clock.GetElapsedTime(_startedAt) is var elapsed && elapsed < _timeout)
        {
            if (state % States == Waiting)
            {
                _timer.Change(_timeout - elapsed, Timeout.InfiniteTimeSpan);
            }
        }
        else if (TryEnd(state, isAnswered: false))
        {
            Fail(new RedisError(RedisFailure.Timeout, null), null);
        }
    }

    private void Cancelled(CancellationToken token)
    {
        var state = Volatile.Read(ref _state);

        if (_cancellation == token && TryEnd(state, isAnswered: false))
        {
            _events.Cancelled(_operation, _startedAt, _isTrial);
            _source.SetException(new OperationCanceledException(token));
        }
    }

    private bool TryEnd(long state, bool isAnswered)
    {
        if (isAnswered)
        {
            _link.End();
        }

        if (state % States != Waiting || Interlocked.CompareExchange(ref _state, state - Waiting + Ended, state) != state)
        {
            return false;
        }

        _isAnswered = isAnswered;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration.Unregister();
        return true;
    }

    private void Fail(RedisError error, Exception? exception)
    {
        _events.Failed(_operation, _startedAt, _isTrial, error, _link, _timeout);
        _source.SetException(RedisFaults.Exception(_operation, error, exception));
    }
}
