using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What <c>context.AuthenticateAsync()</c>, <c>ChallengeAsync()</c> and <c>ForbidAsync()</c> do where the application has no authentication of its own: ours.</summary>
internal sealed class TokenAuthenticationService(TokenAuthentication tokens) : IAuthenticationService
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private static readonly Type FrameworkType = FindFrameworkType();

    private static readonly ObjectFactory FrameworkService = ActivatorUtilities.CreateFactory(FrameworkType, Type.EmptyTypes);

    public static void AddTo(IServiceCollection services)
    {
        var known = services.LastOrDefault(static service => service.ServiceType == typeof(IAuthenticationService) && !service.IsKeyedService);

        // The framework's may stand there already, brought by AddAuthentication() or by AddControllers(). One of the application's stays.
        if (known is null || known.ImplementationType == FrameworkType)
        {
            services.Replace(ServiceDescriptor.Scoped(Create));
        }
    }

    /// <summary>
    /// Decided when resolved: AddAuthentication() may come later, and adds no service of its own where one stands already. The application's authentication wins.
    /// </summary>
    private static IAuthenticationService Create(IServiceProvider services)
        => HasOwnAuthentication(services)
            ? (IAuthenticationService)FrameworkService(services, null)
            : new TokenAuthenticationService(services.GetRequiredService<TokenAuthentication>());

    /// <summary>Whether the application registered a scheme. The services alone tell nothing: AddControllers() brings them too.</summary>
    public static bool HasOwnAuthentication(IServiceProvider services) => services.GetService<IAuthenticationSchemeProvider>() switch
    {
        null => false,

        // It answers from memory. Another one may look its schemes up each time, and is there because there are some.
        var schemes => schemes.GetType() != typeof(AuthenticationSchemeProvider) || schemes.GetAllSchemesAsync().GetAwaiter().GetResult().Any(),
    };

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
