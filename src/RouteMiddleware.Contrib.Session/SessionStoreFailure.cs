namespace RouteMiddleware.Contrib.Session;

/// <summary>What happens while the store of the sessions can't be read.</summary>
public enum SessionStoreFailure
{
    /// <summary>The request is refused with 503.</summary>
    Closed,

    /// <summary>The request goes on without a session: <see cref="RouteSession.IsAvailable"/> is <see langword="false"/>, reads find nothing, writes throw.</summary>
    Degrade,
}
