using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Lets <c>UseAuthorization</c> find a token's user where it stands in front of <c>auth</c>, as it does where WebApplication put it there.
/// An application with authentication of its own gets the framework's evaluator.
/// </summary>
internal sealed class TokenPolicyEvaluator(IAuthorizationService authorization, TokenAuthentication tokens) : PolicyEvaluator(authorization)
{
    public static void AddTo(IServiceCollection services)
    {
        var known = services.LastOrDefault(static service => service.ServiceType == typeof(IPolicyEvaluator) && !service.IsKeyedService);

        // AddAuthorization() adds the framework's before us, or none behind us; one of the application's stays.
        if (known is null || known.ImplementationType == typeof(PolicyEvaluator))
        {
            services.Replace(ServiceDescriptor.Transient(Create));
        }
    }

    public override async Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context)
    {
        var result = await base.AuthenticateAsync(policy, context).ConfigureAwait(false);

        // A policy that names schemes has asked for them, and whoever set a result has decided.
        return result.Succeeded || policy.AuthenticationSchemes.Count > 0 || context.Features.Get<IAuthenticateResultFeature>() is not null
            ? result
            : await tokens.IdentifyAsync(context).ConfigureAwait(false) ?? result;
    }

    private static IPolicyEvaluator Create(IServiceProvider services)
    {
        var authorization = services.GetRequiredService<IAuthorizationService>();
        return TokenAuthenticationService.HasOwnAuthentication(services)
            ? new PolicyEvaluator(authorization)
            : new TokenPolicyEvaluator(authorization, services.GetRequiredService<TokenAuthentication>());
    }
}
