using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>
/// The published keys of one issuer. Fetched at the start, each hour, and when a token names an unknown key; one fetch at a time, off the requests' way.
/// Whatever goes wrong, the keys known before go on being used.
/// </summary>
internal sealed partial class IssuerKeySource(IssuerAddress address, IssuerClient client, TimeProvider clock, ILogger logger, CancellationToken stop) : ITokenKeySource
{
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromHours(1);

    /// <summary>Between two fetches that callers cause, and after one that failed.</summary>
    public static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(30);

    /// <summary>How long a request waits for a fetch.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private volatile TokenKeys? _keys;
    private IssuerDocuments? _documents;
    private Task _fetch = Task.CompletedTask;
    private ITimer? _timer;
    private TimeSpan _retry = FirstRetry;
    private long _nextAt;
    private long? _askedAt;

    public TokenKeys? Current => _keys;

    /// <summary>The fetch that is under way, or the last one. It ends well whatever became of it.</summary>
    public Task Fetching
    {
        get
        {
            lock (_lock)
            {
                return _fetch;
            }
        }
    }

    public TimeSpan RetryAfter
    {
        get
        {
            lock (_lock)
            {
                return clock.GetElapsedTime(clock.GetTimestamp(), _nextAt);
            }
        }
    }

    /// <summary>Begins the first fetch. Those that follow end with this object: the timer does not keep it alive.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _timer = clock.CreateTimer(static state => OnTimer(state!), new WeakReference<IssuerKeySource>(this), Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _nextAt = clock.GetTimestamp();
            Fetch();
        }
    }

    public ValueTask<TokenKeys?> AskAsync(TokenKeys? known)
    {
        lock (_lock)
        {
            // They came while the caller was on the way here: no fetch is due for those that he has not seen.
            if (_keys is not null && !ReferenceEquals(_keys, known))
            {
                return ValueTask.FromResult<TokenKeys?>(_keys);
            }

            if (_fetch.IsCompleted)
            {
                // Without keys the timer asks soon enough, and callers have no say in it.
                if (_keys is null || (_askedAt is { } last && clock.GetElapsedTime(last) < MinimumInterval))
                {
                    return ValueTask.FromResult(_keys);
                }

                _askedAt = clock.GetTimestamp();
                Fetch();
            }

            return WaitAsync(_fetch);
        }
    }

    private static void OnTimer(object state)
    {
        if (((WeakReference<IssuerKeySource>)state).TryGetTarget(out var source))
        {
            lock (source._lock)
            {
                if (source._fetch.IsCompleted)
                {
                    source.Fetch();
                }
            }
        }
    }

    private async ValueTask<TokenKeys?> WaitAsync(Task fetch)
    {
        try
        {
            await fetch.WaitAsync(LongestWait, clock, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.NotAwaited(logger, address.Name);
        }

        return _keys;
    }

    private void Fetch()
    {
        // Whoever asked, the fetch is nobody's: it must not carry one request's context along.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _fetch = Task.Run(RefreshAsync, CancellationToken.None);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _fetch = Task.Run(RefreshAsync, CancellationToken.None);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong is logged, and tried again: an end of the refreshes would be worse.")]
    private async Task RefreshAsync()
    {
        try
        {
            Accept(await client.FetchAsync(address, stop).ConfigureAwait(false));
            Schedule(succeeded: true);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The application ends.
        }
        catch (IssuerException exception)
        {
            Log.FetchFailed(logger, _keys is null ? LogLevel.Error : LogLevel.Warning, address.Name, exception.Message, null);
            Schedule(succeeded: false);
        }
        catch (Exception exception)
        {
            Log.FetchFailed(logger, _keys is null ? LogLevel.Error : LogLevel.Warning, address.Name, "it could not be read", exception);
            Schedule(succeeded: false);
        }
    }

    // Only one fetch runs at a time, and so does this.
    private void Accept(IssuerDocuments documents)
    {
        if (documents.Equals(_documents))
        {
            return;
        }

        using var set = StrictJson.Parse(documents.KeySet) ?? throw new IssuerException("its key set is no JSON object");

        if (!set.RootElement.TryGetProperty("keys", out var members) || members.ValueKind is not JsonValueKind.Array)
        {
            throw new IssuerException("its key set has no list of keys");
        }

        List<TokenKey> keys = [];
        var position = 0;

        foreach (var member in members.EnumerateArray())
        {
            position++;

            if (PublicKeyReader.Read(member, out var fault) is not { } key)
            {
                Log.KeyNotUsed(logger, position, address.Name, fault!);
            }
            else
            {
                keys.Add(key);
            }
        }

        if (keys.Count == 0)
        {
            throw new IssuerException("its key set has no usable key");
        }

        _documents = documents;
        _keys = TokenKeys.FromIssuer(keys, documents.Issuer);
        Log.KeysChanged(logger, keys.Count, address.Name);
    }

    private void Schedule(bool succeeded)
    {
        lock (_lock)
        {
            var wait = succeeded ? RefreshInterval : _keys is null ? _retry : MinimumInterval;

            if (!succeeded)
            {
                _retry = TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, MinimumInterval.Ticks));
                _askedAt = clock.GetTimestamp();
            }

            _nextAt = clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency);
            _timer!.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} keys of '{Authority}' are in use.", EventName = "KeysChanged")]
        public static partial void KeysChanged(ILogger logger, int count, string authority);

        [LoggerMessage(2, LogLevel.Warning, "Key {Position} in the set of '{Authority}' is not used: {Fault}.", EventName = "KeyNotUsed")]
        public static partial void KeyNotUsed(ILogger logger, int position, string authority, string fault);

        [LoggerMessage(EventId = 3, Message = "The keys of '{Authority}' could not be fetched: {Reason}. Those known before stay in use; without any, callers get 503.", EventName = "FetchFailed")]
        public static partial void FetchFailed(ILogger logger, LogLevel level, string authority, string reason, Exception? exception);

        [LoggerMessage(4, LogLevel.Debug, "A request went on before the keys of '{Authority}' arrived.", EventName = "NotAwaited")]
        public static partial void NotAwaited(ILogger logger, string authority);
    }
}
