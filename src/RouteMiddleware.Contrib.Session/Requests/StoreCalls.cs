using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>Calls the store within its time, and makes one kind of failure of whatever it throws.</summary>
internal sealed partial class StoreCalls(TimeSpan timeout, TimeProvider clock, ILogger logger)
{
    /// <summary>Awaits a call. One that was given up counts as failed: whether it is still carried out is unknown.</summary>
    /// <exception cref="SessionUnavailableException">The store failed.</exception>
    public async Task<T> RunAsync<T>(Func<ValueTask<T>> call, string operation, CancellationToken cancellationToken, bool bounded = true)
    {
        try
        {
            var pending = call();

            if (pending.IsCompletedSuccessfully)
            {
                return pending.Result;
            }

            return await (bounded ? pending.AsTask().WaitAsync(timeout, clock, cancellationToken) : pending.AsTask()).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (SessionTooLargeException or ChangeFailedException) && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            Log.StoreFailed(logger, exception, operation);
            throw new SessionUnavailableException($"The store of the sessions failed to {operation} one.", exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The store of the sessions failed to {Operation} one.", EventName = "StoreFailed")]
        public static partial void StoreFailed(ILogger logger, Exception exception, string operation);
    }
}
