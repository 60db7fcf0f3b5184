using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Finds out who a request's user is, and answers those who may not pass.</summary>
internal abstract class Authenticator
{
    /// <summary>The application's own scheme where it registered one under the name, else bearer tokens by the options; <see langword="null"/> with faults.</summary>
    public static Authenticator? Create(AuthOptions options, BearerVerifiers verifiers, IServiceProvider services, ICollection<string> faults)
    {
        if (string.IsNullOrWhiteSpace(options.Scheme))
        {
            faults.Add($"{nameof(AuthOptions.Scheme)} is empty: name an authentication scheme, or leave the key out for '{AuthOptions.DefaultScheme}'.");
            return null;
        }

        // Once, while the application starts; the platform's own provider answers from memory.
        if (services.GetService<IAuthenticationSchemeProvider>()?.GetSchemeAsync(options.Scheme).GetAwaiter().GetResult() is { } scheme)
        {
            return new SchemeAuthenticator(scheme, services);
        }

        if (!string.Equals(options.Scheme, AuthOptions.DefaultScheme, StringComparison.Ordinal))
        {
            faults.Add($"{nameof(AuthOptions.Scheme)} is '{options.Scheme}', but no authentication scheme is registered under that name.");
            return null;
        }

        return verifiers.Get(options, faults) is { } verifier ? new BearerAuthenticator(verifier, services) : null;
    }

    /// <summary>Whether a time may come in which nobody's credentials can be checked.</summary>
    public virtual bool MayBeUnavailable => false;

    /// <summary>What callers bring, for documents; <see langword="null"/> where the application's scheme does not tell.</summary>
    public abstract Credential? Credential { get; }

    /// <summary>Sets <see cref="HttpContext.User"/>, or tells why it could not.</summary>
    /// <returns><see langword="null"/> where the user is known.</returns>
    public abstract ValueTask<TokenFault?> AuthenticateAsync(HttpContext context);

    /// <summary>Answers a request whose user is not known.</summary>
    public abstract Task ChallengeAsync(HttpContext context, TokenFault fault);

    /// <summary>Answers a request whose user may not do it.</summary>
    public abstract Task ForbidAsync(HttpContext context);
}
