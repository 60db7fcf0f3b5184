namespace RouteMiddleware.Contrib.Session;

/// <summary>What a handler puts into the session does not fit into its cookie, or into its store. The session is as it was before the write.</summary>
public sealed class SessionTooLargeException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="size">The bytes that the cookie would have.</param>
    /// <param name="limit">The bytes that it may have.</param>
    public SessionTooLargeException(int size, int limit)
        : base($"The session's cookie would have {size} bytes, but {nameof(SessionOptions)}.{nameof(SessionOptions.MaxCookieBytes)} is {limit}. Keep less in the session, or use an engine with a store.")
    {
        Size = size;
        Limit = limit;
    }

    private SessionTooLargeException(string message, int size, int limit)
        : base(message)
    {
        Size = size;
        Limit = limit;
    }

    /// <summary>The bytes that the cookie or the session would have.</summary>
    public int Size { get; }

    /// <summary>The bytes that it may have.</summary>
    public int Limit { get; }

    internal static SessionTooLargeException InStore(int size, int limit)
        => new($"The session would have {size} bytes, but {nameof(SessionOptions)}.{nameof(SessionOptions.MaxStoredBytes)} is {limit}. Keep less in the session.", size, limit);
}
