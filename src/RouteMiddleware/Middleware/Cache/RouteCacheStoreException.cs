namespace RouteMiddleware.Middleware.Cache;

/// <summary>A shared store did not answer, or refused. The message holds no key, no value and no password.</summary>
public sealed class RouteCacheStoreException : Exception
{
    /// <summary>Tells of a failed call.</summary>
    /// <param name="message">One sentence for people, without secrets.</param>
    /// <param name="innerException">What went wrong.</param>
    public RouteCacheStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
