using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RouteMiddleware;

/// <summary>What callers bring for an authentication scheme of the application: known by the class of its handler, for nothing else tells it.</summary>
internal static class SchemeCredential
{
    /// <summary>The credential of a scheme; <see langword="null"/> where the class says nothing.</summary>
    public static Credential? Of(AuthenticationScheme scheme, IServiceProvider services)
    {
        if (scheme.HandlerType.IsAssignableTo(typeof(CookieAuthenticationHandler)))
        {
            var name = services.GetService<IOptionsMonitor<CookieAuthenticationOptions>>()?.Get(scheme.Name).Cookie.Name;
            return Credential.Cookie(scheme.Name, name ?? CookieAuthenticationDefaults.CookiePrefix + scheme.Name);
        }

        // By name: the application's package may be another version than ours.
        return scheme.HandlerType.Name switch
        {
            "JwtBearerHandler" => Credential.Bearer(scheme.Name, "JWT"),
            "BearerTokenHandler" => Credential.Bearer(scheme.Name),
            _ => null,
        };
    }
}
