using Microsoft.Extensions.DependencyInjection.Extensions;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Enters <c>auth</c> and <c>optional_auth</c> into the table of aliases, and their services into the container.</summary>
internal static class AuthRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<AuthMiddleware, AuthOptions>("auth", section: "Auth");
        builder.AddMiddleware<OptionalAuthMiddleware, AuthOptions>("optional_auth", section: "Auth");
        builder.Services.TryAddSingleton<BearerVerifiers>();
        builder.Services.TryAddSingleton<IssuerKeySources>();
        builder.Services.TryAddSingleton<IJwtDenyList, MemoryJwtDenyList>();
        builder.Services.TryAddSingleton<IJwtIssuer, JwtIssuer>();
        builder.Services.TryAddSingleton<TokenAuthentication>();
        TokenAuthenticationService.AddTo(builder.Services);
        TokenPolicyEvaluator.AddTo(builder.Services);
    }
}
