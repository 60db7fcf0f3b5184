using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Explorer;

/// <summary>Decides whether an explorer may be shown: to developers, and where somebody asks callers who they are. Asked at the start, and again for each request.</summary>
internal sealed class ExplorerGuard(IMiddlewareChains chains, IHostEnvironment? environment = null) : ICheckEndpoints
{
    public IEnumerable<RouteMiddlewareFault> Check(IReadOnlyList<Endpoint> endpoints)
        => from endpoint in endpoints
           let mark = endpoint.Metadata.FindOnce<ExplorerMark>()
           where mark is not null && !MayServe(endpoint)
           group endpoint by mark into unguarded
           select new RouteMiddlewareFault(
               unguarded.Key.Where,
               $"The explorer shows routes, options and where they come from, and in the environment '{environment?.EnvironmentName}' nothing asks its callers who they are.",
               "Put .RequireAuthorization() or .WithMiddleware(\"auth:admin\") on it, without conditions and without AllowAnonymous(), or map it in Development alone.");

    public bool MayServe(Endpoint endpoint) => environment?.IsDevelopment() == true || IsGuarded(endpoint);

    // Whoever may come in unknown, by any of them, makes it an open door.
    private bool IsGuarded(Endpoint endpoint)
        => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && (IsAuthorized(endpoint) || chains.Of(endpoint).Any(IsGuard));

    // Nobody reads what an endpoint that short-circuits asks of its callers.
    private static bool IsAuthorized(Endpoint endpoint)
        => (endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
                || endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is not null
                || endpoint.Metadata.GetMetadata<IAuthorizationRequirementData>() is not null)
            && !ShortCircuit.IsOn(endpoint);

    // One that runs on some paths only may leave out this one. 'authorization' alone asks for nothing but what the endpoint does.
    private static bool IsGuard(ChainLink link)
        => link is { Include.Count: 0, Exclude.Count: 0 }
            && (Is(link, "auth") || Is(link, "session_auth") || (Is(link, "authorization") && link.GetOptions().Any(static option => option is { Source: not ChainOptionSource.ClassDefault, Name: "Policy" or "Roles", Value.Length: > 0 })));

    private static bool Is(ChainLink link, string alias) => AliasComparer.Instance.Equals(link.Name, alias);
}
