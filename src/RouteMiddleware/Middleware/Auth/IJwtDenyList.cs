namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Tokens that are no longer accepted though they have not expired, by their <c>jti</c>. The built-in one keeps them in this process's memory; register
/// another one before or after <c>AddRouteMiddleware</c> to share them between instances, or call <c>AddRedis</c> of RouteMiddleware.Contrib.Redis.
/// </summary>
public interface IJwtDenyList
{
    /// <summary>Refuses a token from now on.</summary>
    /// <param name="jti">The token's <c>jti</c>.</param>
    /// <param name="until">When the token expires anyway (<c>exp</c>): after that moment, and the allowed clock skew, the entry may be forgotten.</param>
    void Revoke(string jti, DateTimeOffset until);

    /// <summary>Refuses a token from now on, wherever the list is known. The built-in one is known to this process alone; with <c>AddRedis</c>, to all instances.</summary>
    /// <param name="jti">The token's <c>jti</c>.</param>
    /// <param name="until">As for <see cref="Revoke"/>.</param>
    /// <param name="cancellationToken">Gives up waiting for others to be told.</param>
    /// <returns>A task that ends when the list is told. It fails where others can't be told now: this process refuses the token all the same, and tells them later.</returns>
    ValueTask RevokeAsync(string jti, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        Revoke(jti, until);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether a token is refused. Asked for each request with a token that has a <c>jti</c>: answer from memory.</summary>
    /// <param name="jti">The token's <c>jti</c>.</param>
    /// <returns><see langword="true"/> where it was revoked.</returns>
    bool IsRevoked(string jti);
}
