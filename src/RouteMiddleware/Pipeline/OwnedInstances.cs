using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Pipeline;

/// <summary>The middleware that were made here and so are disposed here: at the end of the application, latest first, or when another took their place.</summary>
internal sealed partial class OwnedInstances(ILogger<OwnedInstances> logger) : IAsyncDisposable
{
    private readonly List<object> _instances = [];

    public void Add(object instance)
    {
        lock (_instances)
        {
            _instances.Add(instance);
        }
    }

    /// <summary>Disposes a middleware that is in use no longer.</summary>
    public async Task RetireAsync(object instance)
    {
        bool isOurs;

        lock (_instances)
        {
            isOurs = _instances.Remove(instance);
        }

        if (isOurs)
        {
            await DisposeAsync(instance).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        object[] instances;

        lock (_instances)
        {
            instances = [.. _instances];
            _instances.Clear();
        }

        foreach (var instance in instances.Reverse())
        {
            await DisposeAsync(instance).ConfigureAwait(false);
        }
    }

    private async ValueTask DisposeAsync(object instance)
    {
        try
        {
            if (instance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else if (instance is IDisposable disposable)
            {
                disposable.Dispose();
            }
        }
        catch (Exception exception)
        {
            // The others hold resources too; each gets its chance.
            Log.DisposeFailed(logger, exception, instance.GetType());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "'{Middleware}' failed to dispose itself.", EventName = "DisposeFailed")]
        public static partial void DisposeFailed(ILogger logger, Exception exception, Type middleware);
    }
}
