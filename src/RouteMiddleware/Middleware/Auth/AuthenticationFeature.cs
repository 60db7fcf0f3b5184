using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Tells the rest of the request who the user is, in ASP.NET Core's own two ways; the result is made for the few who ask.</summary>
internal sealed class AuthenticationFeature(VerifiedToken token, BearerVerifier verifier) : IAuthenticateResultFeature, IHttpAuthenticationFeature
{
    private ClaimsPrincipal? _user = new TokenPrincipal(token);
    private AuthenticateResult? _result;
    private bool _replaced;

    /// <summary>Who found the token right.</summary>
    public BearerVerifier Verifier => verifier;

    public ClaimsPrincipal? User
    {
        get => _user;
        set
        {
            // As ASP.NET Core has it: somebody else's user did not come from this token.
            _user = value;
            _result = null;
            _replaced = true;
        }
    }

    public AuthenticateResult? AuthenticateResult
    {
        get => _replaced ? _result : _result ??= CreateResult();
        set
        {
            _result = value;
            _user = value?.Principal;
            _replaced = true;
        }
    }

    /// <summary>Lets the application add to the user, before anybody sees it.</summary>
    public async Task TransformAsync(IClaimsTransformation transformation)
        => _user = await transformation.TransformAsync(_user!).ConfigureAwait(false)
            ?? throw new InvalidOperationException("The application's IClaimsTransformation returned no user.");

    private AuthenticateResult CreateResult()
        => AuthenticateResult.Success(new AuthenticationTicket(_user!, new AuthenticationProperties { ExpiresUtc = token.Expires }, verifier.Scheme));
}
