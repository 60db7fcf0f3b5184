namespace RouteMiddleware.Contrib.Session;

/// <summary>
/// Shows and ends the sessions of a user, whoever's <see cref="RouteSession.UserId"/> that is: for a page of one's own logins, and after a password change. Registered by <c>AddSession()</c>;
/// it knows the sessions of every <c>session</c> of the application.
/// </summary>
public interface ISessionAdmin
{
    /// <summary>The user's sessions that are valid now.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="current">The caller's own session, to be marked as such. Default: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sessions, last seen first.</returns>
    /// <exception cref="SessionUnavailableException">The store failed.</exception>
    /// <exception cref="NotSupportedException">All sessions are kept in cookies: nobody has a list of them.</exception>
    Task<IReadOnlyList<SessionInfo>> ListAsync(string userId, RouteSession? current = null, CancellationToken cancellationToken = default);

    /// <summary>Ends one session at once, on all instances that share its store.</summary>
    /// <param name="id">The <see cref="SessionInfo.Id"/>. Check that it is in the list of the user who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="SessionUnavailableException">The store failed.</exception>
    /// <exception cref="NotSupportedException">All sessions are kept in cookies.</exception>
    Task<bool> EndAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends all of the user's sessions, and refuses logins that set the user before this call and are not saved yet. With the engine <see cref="SessionEngineKind.Signing"/> this holds on this instance alone, until it restarts.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="except">The one session that goes on: the caller's own. Default: none.</param>
    /// <param name="cancellationToken">Gives up; what has ended stays ended, and another call ends the rest.</param>
    /// <returns>How many were ended, as far as they are known.</returns>
    /// <exception cref="SessionUnavailableException">The store failed; another call ends the rest.</exception>
    Task<int> EndAllAsync(string userId, RouteSession? except = null, CancellationToken cancellationToken = default);
}
