namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Tokens that are no longer accepted though they have not expired, by their <c>jti</c>. The built-in one keeps them in this process's memory; register
/// another one before or after <c>AddRouteMiddleware</c> to share them between instances.
/// </summary>
public interface IJwtDenyList
{
    /// <summary>Refuses a token from now on.</summary>
    /// <param name="jti">The token's <c>jti</c>.</param>
    /// <param name="until">When the token expires anyway (<c>exp</c>): after that moment, and the allowed clock skew, the entry may be forgotten.</param>
    void Revoke(string jti, DateTimeOffset until);

    /// <summary>Whether a token is refused. Asked for each request with a token that has a <c>jti</c>: answer from memory.</summary>
    /// <param name="jti">The token's <c>jti</c>.</param>
    /// <returns><see langword="true"/> where it was revoked.</returns>
    bool IsRevoked(string jti);
}
