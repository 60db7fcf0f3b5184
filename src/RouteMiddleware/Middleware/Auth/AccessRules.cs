using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What a known user must be allowed to do: one of the roles, all of the scopes, the policy.</summary>
internal sealed class AccessRules
{
    // The last one is what 'scp' becomes in a scheme of the application that maps claims.
    private static readonly string[] ScopeClaims = ["scope", "scp", "http://schemas.microsoft.com/identity/claims/scope"];

    private readonly string[] _roles;
    private readonly string[] _scopes;
    private readonly string? _policy;

    private AccessRules(AuthOptions options)
    {
        _roles = [.. options.Roles];
        _scopes = [.. options.Scopes];
        _policy = options.Policy;
        Resource = options.Resource;
    }

    /// <summary>The handler's parameter that the policy is asked about, or <see langword="null"/> where it is asked about the request.</summary>
    public string? Resource { get; }

    /// <summary>Whether anything is asked beyond being known.</summary>
    public bool CanForbid => _roles.Length > 0 || _scopes.Length > 0 || _policy is not null;

    /// <summary>Whether the policy is asked before the handler's parameters are bound.</summary>
    public bool AsksPolicyOfRequest => _policy is not null && Resource is null;

    public static AccessRules Read(AuthOptions options, IServiceProvider services, ICollection<string> faults)
    {
        RefuseEmpty(options.Roles, nameof(AuthOptions.Roles), faults);
        RefuseEmpty(options.Scopes, nameof(AuthOptions.Scopes), faults);

        if (options.Resource is not null && options.Policy is null)
        {
            faults.Add($"{nameof(AuthOptions.Resource)} is '{options.Resource}', but there is no {nameof(AuthOptions.Policy)} to ask about it.");
        }

        if (options.Resource is not null && string.IsNullOrWhiteSpace(options.Resource))
        {
            faults.Add($"{nameof(AuthOptions.Resource)} is empty: name a parameter of the handler, or leave the key out.");
        }

        if (options.Policy is { } policy)
        {
            // Once, while the application starts; the platform's own provider answers from memory.
            if (services.GetService<IAuthorizationPolicyProvider>() is not { } provider || services.GetService<IServiceProviderIsService>()?.IsService(typeof(IAuthorizationService)) is false)
            {
                faults.Add($"{nameof(AuthOptions.Policy)} is '{policy}', but the application has no authorization: call builder.Services.AddAuthorization().");
            }
            else if (provider.GetPolicyAsync(policy).GetAwaiter().GetResult() is null)
            {
                faults.Add($"{nameof(AuthOptions.Policy)} is '{policy}', but no authorization policy has that name.");
            }
        }

        return new AccessRules(options);
    }

    public bool AllowsRolesAndScopes(ClaimsPrincipal user)
        => (_roles.Length == 0 || Array.Exists(_roles, user.IsInRole)) && (_scopes.Length == 0 || Array.TrueForAll(_scopes, scope => HasScope(user, scope)));

    /// <summary>Asks the policy.</summary>
    /// <param name="context">The request.</param>
    /// <param name="resource">What the policy is asked about.</param>
    public async Task<bool> AllowsByPolicyAsync(HttpContext context, object? resource)
    {
        // From the request's own services: the policy's handlers may be scoped.
        var service = context.RequestServices.GetRequiredService<IAuthorizationService>();
        var result = await service.AuthorizeAsync(context.User, resource, _policy!).ConfigureAwait(false);
        return result.Succeeded;
    }

    private static bool HasScope(ClaimsPrincipal user, string scope)
    {
        foreach (var type in ScopeClaims)
        {
            foreach (var claim in user.FindAll(type))
            {
                foreach (var range in claim.Value.AsSpan().Split(' '))
                {
                    if (claim.Value.AsSpan(range).SequenceEqual(scope))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static void RefuseEmpty(IList<string> names, string property, ICollection<string> faults)
    {
        if (names.Any(string.IsNullOrWhiteSpace))
        {
            faults.Add($"{property} has an empty name.");
        }
    }
}
