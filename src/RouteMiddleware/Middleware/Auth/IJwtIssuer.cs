using System.Security.Claims;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Issues the tokens that <c>auth</c> accepts, with the secret, issuer and audience of the section <c>Auth</c>.</summary>
public interface IJwtIssuer
{
    /// <summary>Issues a signed token with <c>iat</c>, <c>nbf</c>, <c>exp</c>, <c>jti</c>, and <c>iss</c> and <c>aud</c> where they are set.</summary>
    /// <param name="claims">
    /// What the token says of its user: <c>sub</c>, <c>name</c>, one <c>role</c> for each role, and others. <see cref="ClaimTypes.NameIdentifier"/>, <see cref="ClaimTypes.Name"/>
    /// and <see cref="ClaimTypes.Role"/> are written by those short names. A <c>jti</c> among them is kept.
    /// </param>
    /// <param name="lifetime">How long the token is good: one second or more, in whole seconds.</param>
    /// <returns>The token.</returns>
    /// <exception cref="ArgumentException">A claim is one that the issuer sets itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is shorter than a second or ends after the year 9999.</exception>
    /// <exception cref="InvalidOperationException">The section's secret is missing or breaks a rule, the section has an <see cref="AuthOptions.Authority"/>, or the token would be longer than <c>auth</c> accepts.</exception>
    string Issue(IEnumerable<Claim> claims, TimeSpan lifetime);
}
