using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What <c>context.AuthenticateAsync()</c>, <c>ChallengeAsync()</c> and <c>ForbidAsync()</c> do where the application has no authentication of its own: ours.</summary>
internal sealed class TokenAuthenticationService(TokenAuthentication tokens) : IAuthenticationService
{
    private static readonly ObjectFactory FrameworkService = ActivatorUtilities.CreateFactory(FindFrameworkType(), Type.EmptyTypes);

    /// <summary>
    /// Decided when resolved: AddAuthentication() may come later, and adds no service of its own where one stands already. The application's authentication wins.
    /// </summary>
    public static IAuthenticationService Create(IServiceProvider services)
        => HasOwnAuthentication(services)
            ? (IAuthenticationService)FrameworkService(services, null)
            : new TokenAuthenticationService(services.GetRequiredService<TokenAuthentication>());

    public static bool HasOwnAuthentication(IServiceProvider services) => services.GetService<IAuthenticationSchemeProvider>() is not null;

    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) => tokens.AuthenticateAsync(Checked(context, scheme));

    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => tokens.ChallengeAsync(Checked(context, scheme));

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => tokens.ForbidAsync(Checked(context, scheme));

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
        => throw new InvalidOperationException("Bearer tokens sign nobody in: issue a token (IJwtIssuer), or register a scheme that can by AddAuthentication().");

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
        => throw new InvalidOperationException("Bearer tokens sign nobody out: revoke the token (IJwtDenyList), or register a scheme that can by AddAuthentication().");

    private static HttpContext Checked(HttpContext context, string? scheme)
        => scheme is null || string.Equals(scheme, AuthOptions.DefaultScheme, StringComparison.Ordinal)
            ? context
            : throw new InvalidOperationException($"No authentication scheme is registered under the name '{scheme}', and '{AuthOptions.DefaultScheme}' is the only one without AddAuthentication().");

    // What AddAuthentication() would have registered; it differs between versions.
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private static Type FindFrameworkType()
        => new ServiceCollection().AddAuthenticationCore().Last(static service => service.ServiceType == typeof(IAuthenticationService)).ImplementationType
            ?? typeof(AuthenticationService);
}
