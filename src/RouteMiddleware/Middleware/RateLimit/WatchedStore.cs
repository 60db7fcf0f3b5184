using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>A store, and whether it answers: an outage is told of once, however many limits and requests meet it.</summary>
internal sealed partial class WatchedStore(IRateLimitStore store, TimeProvider clock, ILogger logger)
{
    // A store that fails now and then must not fill the log: what comes so soon behind the last failure is the same outage.
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private int _isAway;
    private long _failedAt;

    public IRateLimitStore Store => store;

    /// <summary>Whether a question is worth asking.</summary>
    public bool IsAvailable()
    {
        if (store.IsAvailable)
        {
            return true;
        }

        NoteFailure(exception: null);
        return false;
    }

    public void NoteAnswer()
    {
        if (Volatile.Read(ref _isAway) != 0
            && clock.GetElapsedTime(Volatile.Read(ref _failedAt)) >= Calm
            && Interlocked.Exchange(ref _isAway, 0) != 0)
        {
            Log.Back(logger, store.Name);
        }
    }

    public void NoteFailure(RateLimitStoreException? exception)
    {
        Volatile.Write(ref _failedAt, clock.GetTimestamp());

        if (Volatile.Read(ref _isAway) == 0 && Interlocked.Exchange(ref _isAway, 1) == 0)
        {
            Log.Away(logger, exception, store.Name, exception?.Message ?? "It is known to be away.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The store '{Store}' of the rate limits does not answer: each limit goes by its OnStoreFailure until it does. {Reason}", EventName = "Away")]
        public static partial void Away(ILogger logger, Exception? exception, string store, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The store '{Store}' of the rate limits answers again, and decides.", EventName = "Back")]
        public static partial void Back(ILogger logger, string store);
    }
}
