using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>
/// Keeps a connection up: makes it, finds out when it is dead, and makes it anew. No call ever waits for this, but for the first connection, within its own time.
/// </summary>
internal sealed partial class LinkSupervisor : IAsyncDisposable
{
    // Both with up to a half more of jitter. Never more than two connections a second and server, and back within a second of its return.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IdleBeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1);

    private readonly LinkFactory _factory;
    private readonly Circuit _circuit;
    private readonly RedisSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private volatile TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RedisLink? _link;
    private volatile string? _reason;
    private TimeSpan _patience = LeastPatience;
    private long _settledAt;
    private bool _isReported;
    private volatile string? _policy;

    public LinkSupervisor(RedisSettings settings, LinkFactory factory, Circuit circuit, TimeProvider clock, ILogger logger)
    {
        _settings = settings;
        _factory = factory;
        _circuit = circuit;
        _clock = clock;
        _logger = logger;

        // It outlives the request that happens to be the first: nothing of that one may flow into it.
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.Run(RunAsync);
        }
    }

    public RedisLink? Link => _link;

    /// <summary>Why there is no connection, for people and without secrets.</summary>
    public string? Reason => _reason;

    /// <summary>What the server throws away when its memory is full, where that is any key.</summary>
    public string? DangerousPolicy => _policy;

    /// <summary>Ends when the first attempt to connect is over, whatever became of it.</summary>
    public Task Tried => _tried.Task;

    /// <summary>Ends when there is a connection.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Something happened that is worth a look.</summary>
    public void Wake() => _wake.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await StepAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The application ends.
            }
            catch (Exception exception)
            {
                // Whatever the client thinks of next: the connection goes on being kept up.
                Log.Unexpected(_logger, exception);
                await Task.Delay(Jittered(LongPause), _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        var last = _link;
        _link = null;
        _tried.TrySetResult();
        last?.Retire(TimeSpan.Zero);
    }

    private Task StepAsync() => _link switch
    {
        null => ConnectAsync(null),
        { Multiplexer.IsConnected: false } link => LoseAsync(link),
        var link => ExamineAsync(link),
    };

    // The client notices a closed socket by itself, and tries again at once. Only when that did not help is the connection made anew.
    private async Task LoseAsync(RedisLink link)
    {
        await Task.Delay(Jittered(Beat), _clock, _stopping.Token).ConfigureAwait(false);

        if (!link.Multiplexer.IsConnected)
        {
            Report("the connection broke");

            if (link.IsOurs)
            {
                _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _link = null;
                link.Retire(TimeSpan.Zero);
            }
            else
            {
                // The application's own comes back by itself, as its client decides.
                await WaitAsync(Pause).ConfigureAwait(false);
            }
        }
    }

    private async Task ExamineAsync(RedisLink link)
    {
        if (link.TakeAnsweredAsReplica() && _clock.GetElapsedTime(_settledAt) > SettleTime)
        {
            _settledAt = _clock.GetTimestamp();
            await SettleAsync(link).ConfigureAwait(false);
        }
        else if (_isReported || _circuit.State == CircuitState.Open || link.DoubtedFor > TimeSpan.Zero || link.SinceEcho > IdleBeat)
        {
            await PingAsync(link).ConfigureAwait(false);
        }

        await WaitAsync(Beat).ConfigureAwait(false);
    }

    private async Task PingAsync(RedisLink link)
    {
        var sentAt = _clock.GetTimestamp();
        var limit = link.DoubtedFor > _patience ? link.DoubtedFor : _patience;

        if (await link.PingAsync(limit < MostPatience ? limit : MostPatience).WaitAsync(_stopping.Token).ConfigureAwait(false))
        {
            _patience = _clock.GetElapsedTime(sentAt) < LeastPatience ? LeastPatience : _patience;
            _circuit.Answered();
            TellConnected();
        }
        else if (link.IsOurs && link.Multiplexer.IsConnected)
        {
            await ReplaceAsync(link).ConfigureAwait(false);
        }
    }

    // Nothing is heard on a connection that claims to stand: another is made before this one is given up, for it may be the server that is slow.
    private async Task ReplaceAsync(RedisLink link)
    {
        var silence = link.Silence;
        await ConnectAsync(link).ConfigureAwait(false);

        if (_link == link)
        {
            return;
        }

        if (link.Silence < silence)
        {
            // It was heard of meanwhile: more patience next time.
            _patience = _patience + _patience < MostPatience ? _patience + _patience : MostPatience;
        }

        Log.Replaced(_logger, silence.TotalSeconds);
        link.Retire(Grace);
    }

    // The server is a replica now: the master is another, or the client has to learn of it.
    private async Task SettleAsync(RedisLink link)
    {
        if (!link.IsOurs || link.Multiplexer.GetEndPoints().Length > 1)
        {
            await ((Task)link.Multiplexer.ConfigureAsync()).WaitAsync(SettleTime, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await ConnectAsync(link).ConfigureAwait(false);

        if (_link != link)
        {
            Log.Moved(_logger, _settings.Place);
            link.Retire(Grace);
        }
    }

    private async Task ConnectAsync(RedisLink? before)
    {
        var attempt = await _factory.TryAsync(_stopping.Token).ConfigureAwait(false);

        if (attempt.Link is { } link)
        {
            _link = link;
            _connected.TrySetResult();
            _tried.TrySetResult();
            _circuit.Close();
            Greet(attempt, before);
            return;
        }

        if (before is null)
        {
            Report(attempt.Reason!);
        }

        _tried.TrySetResult();
        await Task.Delay(Jittered(attempt.WasThere ? LongPause : Pause), _clock, _stopping.Token).ConfigureAwait(false);
    }

    private void Greet(LinkAttempt attempt, RedisLink? before)
    {
        if (before is null)
        {
            _isReported = true;
            TellConnected();
        }

        var known = _policy;
        _policy = attempt.Policy?.StartsWith("allkeys-", StringComparison.Ordinal) == true ? attempt.Policy : null;

        if (_policy is { } policy && policy != known)
        {
            Log.ThrowsAnyKeyAway(_logger, policy);
        }
    }

    private void TellConnected()
    {
        _reason = null;

        if (_isReported)
        {
            _isReported = false;
            Log.Connected(_logger, _settings.Place);
        }
    }

    // Once for each time that it is away.
    private void Report(string reason)
    {
        _reason = reason;

        if (!_isReported)
        {
            _isReported = true;
            Log.NotConnected(_logger, _settings.Place, reason);
        }
    }

    private async Task WaitAsync(TimeSpan pause)
    {
        await Task.WhenAny(_wake.Task, Task.Delay(Jittered(pause), _clock, _stopping.Token)).ConfigureAwait(false);
        _stopping.Token.ThrowIfCancellationRequested();

        if (_wake.Task.IsCompleted)
        {
            _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static TimeSpan Jittered(TimeSpan pause) => pause + (pause / 2 * (RandomNumberGenerator.GetInt32(1000) / 1000.0));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connected to Redis at {Place}.", EventName = "Connected")]
        public static partial void Connected(ILogger logger, string place);

        [LoggerMessage(2, LogLevel.Warning, "There is no connection to Redis at {Place}: {Reason}. It is tried again and again; what needs it does what is declared for that case.", EventName = "NotConnected")]
        public static partial void NotConnected(ILogger logger, string place, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Nothing was heard from Redis for {Seconds:0.0} s on a connection that claimed to stand. Another takes its place.", EventName = "Replaced")]
        public static partial void Replaced(ILogger logger, double seconds);

        [LoggerMessage(4, LogLevel.Warning, "Redis at {Place} has another master now.", EventName = "Moved")]
        public static partial void Moved(ILogger logger, string place);

        [LoggerMessage(5, LogLevel.Warning, "Redis throws away any key when its memory is full (maxmemory-policy {Policy}): limits can be bypassed and users logged out by that. Use 'noeviction' or a 'volatile-' policy.", EventName = "ThrowsAnyKeyAway")]
        public static partial void ThrowsAnyKeyAway(ILogger logger, string policy);

        [LoggerMessage(6, LogLevel.Error, "The connection to Redis could not be looked after; it is tried again.", EventName = "Unexpected")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
