namespace RouteMiddleware.Middleware.Gzip;

/// <summary>
/// Frameworks flush at the end of the smallest text or JSON, just before the handler returns. Such a flush waits a moment: where the handler is still at work then, it was
/// meant, and is made up for. One operation on the body at a time, the handler's or this one.
/// </summary>
internal sealed class LateFlush(TimeProvider clock, Func<Task> flush)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private Task? _running;
    private bool _isWanted;
    private bool _isHandlerWaiting;
    private bool _isBusy;
    private bool _isDue;
    private bool _isOver;

    /// <summary>Whether a flush was asked for.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
            {
                return _isWanted;
            }
        }
    }

    /// <summary>Begins an operation of the handler.</summary>
    public ValueTask EnterAsync()
    {
        lock (_lock)
        {
            if (_running is not { IsCompletedSuccessfully: false } running)
            {
                _isBusy = true;
                return default;
            }

            return new(EnterAfterAsync(running));
        }
    }

    public void Exit()
    {
        lock (_lock)
        {
            _isBusy = false;

            if (_isDue)
            {
                Start();
            }
        }
    }

    /// <summary>Asks for a flush that may wait.</summary>
    public void Want()
    {
        lock (_lock)
        {
            _isWanted = true;
            StartClock();
        }
    }

    /// <summary>Says that the handler did not return at once. One that did needs no clock.</summary>
    public void SetHandlerWaiting()
    {
        lock (_lock)
        {
            _isHandlerWaiting = true;
            StartClock();
        }
    }

    /// <summary>Forgets that a flush was asked for: what was to be flushed is taken back.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            (_timer, _isWanted, _isDue) = (null, false, false);
        }
    }

    /// <summary>Lets no further flush begin.</summary>
    /// <returns>A task that ends with the one that is under way.</returns>
    public Task EndAsync()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
            return _running ?? Task.CompletedTask;
        }
    }

    private async Task EnterAfterAsync(Task running)
    {
        await running.ConfigureAwait(false);

        lock (_lock)
        {
            _isBusy = true;
        }
    }

    private void StartClock()
    {
        if (_isWanted && _isHandlerWaiting && !_isOver && _timer is null)
        {
            _timer = clock.CreateTimer(static state => ((LateFlush)state!).BecomeDue(), this, Grace, Timeout.InfiniteTimeSpan);
        }
    }

    private void BecomeDue()
    {
        lock (_lock)
        {
            if (!_isWanted || _isOver)
            {
                return;
            }

            _isDue = true;

            if (!_isBusy)
            {
                Start();
            }
        }
    }

    private void Start()
    {
        _isDue = false;

        // Not within the lock: what runs when the headers go out is the application's.
        _running = _isOver ? null : Task.Run(flush);
    }
}
