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

            return bounded
                ? await WaitAsync(pending.AsTask(), cancellationToken).ConfigureAwait(false)
                : await pending.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (SessionTooLargeException or ChangeFailedException) && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            Log.StoreFailed(logger, exception, operation);
            throw new SessionUnavailableException($"The store of the sessions failed to {operation} one.", exception);
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!task.IsCompleted)
            {
                // Nobody waits for it any more, and how it fails then is no news.
                _ = task.ContinueWith(static given => _ = given.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The store of the sessions failed to {Operation} one.", EventName = "StoreFailed")]
        public static partial void StoreFailed(ILogger logger, Exception exception, string operation);
    }
}
