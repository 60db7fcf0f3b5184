using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>A scheme that the application registered itself, as it is: the scheme says who the user is, and how a challenge looks. Only the problem details are ours.</summary>
internal sealed class SchemeAuthenticator(AuthenticationScheme scheme, IServiceProvider services) : Authenticator
{
    private readonly string _scheme = scheme.Name;
    private readonly AuthRefusals _refusals = new();

    public override Credential? Credential => SchemeCredential.Of(scheme, services);

    public override async ValueTask<TokenFault?> AuthenticateAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(_scheme).ConfigureAwait(false);

        if (result is { Succeeded: true, Principal: { } principal })
        {
            var feature = new SchemeFeature(result, principal);
            context.Features.Set<IHttpAuthenticationFeature>(feature);
            context.Features.Set<IAuthenticateResultFeature>(feature);
            return null;
        }

        return result.Failure switch
        {
            null => TokenFault.Missing,
            SecurityTokenExpiredException => TokenFault.Expired,
            _ => TokenFault.Scheme,
        };
    }

    public override async Task ChallengeAsync(HttpContext context, TokenFault fault)
    {
        await context.ChallengeAsync(_scheme).ConfigureAwait(false);
        await DescribeAsync(context, _refusals.Of(fault)).ConfigureAwait(false);
    }

    public override async Task ForbidAsync(HttpContext context)
    {
        await context.ForbidAsync(_scheme).ConfigureAwait(false);
        await DescribeAsync(context, _refusals.Forbidden).ConfigureAwait(false);
    }

    // A scheme may redirect to a login page or write an answer of its own: then that is the answer.
    private static Task DescribeAsync(HttpContext context, Refusal refusal)
        => !context.Response.HasStarted && context.Response.StatusCode == refusal.Status ? refusal.WriteAsync(context) : Task.CompletedTask;

    private sealed class SchemeFeature(AuthenticateResult result, ClaimsPrincipal principal) : IAuthenticateResultFeature, IHttpAuthenticationFeature
    {
        private AuthenticateResult? _result = result;
        private ClaimsPrincipal? _user = principal;

        public AuthenticateResult? AuthenticateResult
        {
            get => _result;
            set
            {
                _result = value;
                _user = value?.Principal;
            }
        }

        public ClaimsPrincipal? User
        {
            get => _user;
            set
            {
                _user = value;
                _result = null;
            }
        }
    }
}
