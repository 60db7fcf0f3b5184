using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Tells of shared stores that fail: once, then every ten seconds at most, and once when they are back.</summary>
internal sealed partial class CacheTrouble(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long? _toldAway;
    private long? _toldBroken;
    private long? _toldInvalidation;
    private volatile bool _isAway;

    public void Away(string store, RouteCacheStoreException exception)
    {
        _isAway = true;

        if (IsDue(ref _toldAway))
        {
            Log.StoreAway(logger, store, exception.Message, exception);
        }
    }

    public void Back(string store)
    {
        if (_isAway)
        {
            TellBack(store);
        }
    }

    public void Broken(string store)
    {
        if (IsDue(ref _toldBroken))
        {
            Log.ValueBroken(logger, store);
        }
    }

    public void NotInvalidated(RouteCacheStoreException exception)
    {
        if (IsDue(ref _toldInvalidation))
        {
            Log.NotInvalidated(logger, exception.Message, exception);
        }
    }

    private void TellBack(string store)
    {
        lock (_lock)
        {
            if (!_isAway)
            {
                return;
            }

            _isAway = false;
        }

        Log.StoreBack(logger, store);
    }

    private bool IsDue(ref long? told)
    {
        lock (_lock)
        {
            if (told is { } last && clock.GetElapsedTime(last) < Pause)
            {
                return false;
            }

            told = clock.GetTimestamp();
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The store '{Store}' of the cache does not serve; handlers run for every request. {Reason}", EventName = "StoreAway")]
        public static partial void StoreAway(ILogger logger, string store, string reason, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "The store '{Store}' of the cache serves again.", EventName = "StoreBack")]
        public static partial void StoreBack(ILogger logger, string store);

        [LoggerMessage(3, LogLevel.Warning, "A value in the store '{Store}' of the cache can't be read, or is none of ours; it counts as not there.", EventName = "ValueBroken")]
        public static partial void ValueBroken(ILogger logger, string store);

        [LoggerMessage(4, LogLevel.Error, "What a request changed could not be taken out of the cache: older answers may be given until their time is over. {Reason}", EventName = "NotInvalidated")]
        public static partial void NotInvalidated(ILogger logger, string reason, Exception exception);
    }
}
