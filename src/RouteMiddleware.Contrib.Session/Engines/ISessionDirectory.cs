namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>The sessions of one store, by their users.</summary>
internal interface ISessionDirectory
{
    /// <summary>Whether sessions can be listed, and ended one by one.</summary>
    bool KnowsSessions => true;

    Task<IReadOnlyList<SessionInfo>> ListAsync(string userId, string? currentHandle, CancellationToken cancellationToken);

    Task<bool> EndAsync(string handle, CancellationToken cancellationToken);

    /// <summary>Ends a user's sessions, and refuses those whose login has begun and is not saved yet.</summary>
    Task<int> EndAllAsync(string userId, string? exceptHandle, CancellationToken cancellationToken);
}
