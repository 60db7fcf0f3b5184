using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What of a request chooses among the answers of one attachment.</summary>
internal sealed class CacheKeyRule
{
    // Applications, frameworks and proxies take address, host, scheme, method or client from these. Whoever sends one gets answers of his own:
    // what he wrote into them is never given to those who did not. 'X-Original-For' is not among them: forwarded_headers writes the peer's port there.
    private static readonly FrozenSet<string> Overrides = FrozenSet.ToFrozenSet(
        [
            "Forwarded", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Protocol", "X-Forwarded-Scheme", "X-Forwarded-Port",
            "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Uri", "X-Forwarded-Url", "X-Forwarded-Server", "X-Forwarded-By", "X-Forwarded-Ssl",
            "X-Forwarded-Method", "X-Forwarded-User", "X-Forwarded-Client-Cert", "X-Forwarder-For", "X-Host", "X-Http-Host-Override", "X-Original-Host", "X-Original-Proto",
            "X-Original-URL", "X-Original-Uri", "X-Original-Method", "X-Rewrite-URL", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "X-Http-Path-Override",
            "X-Http-DestinationURL", "X-Request-Uri", "X-Url-Scheme", "X-Scheme", "X-Server-Name", "X-Backend-Host", "X-Proxy-Host", "Proxy-Host", "Base-Url", "Request-Uri",
            "Destination", "Front-End-Https", "X-Arr-Ssl", "X-Script-Name", "X-Wap-Profile", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Remote-IP",
            "X-Remote-Addr", "X-Originating-IP", "X-ProxyUser-Ip", "X-Custom-IP-Authorization", "X-True-IP", "X-Envoy-External-Address", "X-Azure-ClientIP",
            "True-Client-IP", "Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "Fly-Client-IP", "Via-Host",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] UserClaims = ["sub", "user_id", ClaimTypes.NameIdentifier];

    private readonly string _identity;
    private readonly string[]? _queryNames;
    private readonly string[] _headerNames;
    private readonly bool _byUser;

    public CacheKeyRule(CacheOptions options)
    {
        _identity = options.Identity();
        _queryNames = options.TakesWholeQuery ? null : [.. options.VaryByQuery.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        _headerNames = [.. options.VaryByHeader.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        _byUser = options.VaryByUser;
    }

    /// <summary>Whether the key tells cookies apart.</summary>
    public bool CoversCookies => _headerNames.Contains("Cookie", StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of the address for invalidation: whatever else the key holds.</summary>
    public static string AddressTag(HttpRequest request) => AddressTag(request.Scheme, request.Host.Value, $"{request.PathBase.Value}{request.Path.Value}", request.QueryString.Value);

    public static string AddressTag(string scheme, string? host, string path, string? query) => $"u:{scheme.Length}:{scheme}{host?.Length ?? 0}:{host}{path.Length}:{path}{query}";

    /// <summary>Writes the key of a request.</summary>
    /// <returns>Whether it has one: what is too long or belongs to a user without a name is not kept, and nobody waits for it.</returns>
    public bool Write(ref KeyWriter writer, HttpContext context, int depth)
    {
        var request = context.Request;
        writer.AddKey(_identity);
        writer.AddMark((char)depth);
        writer.Add(request.Scheme);
        writer.Add(request.Host.Value);
        writer.Add(request.PathBase.Value);
        writer.Add(request.Path.Value);

        if (_queryNames is null)
        {
            writer.Add(request.QueryString.Value);
        }
        else
        {
            foreach (var name in _queryNames)
            {
                writer.Add(request.Query[name]);
            }
        }

        if (request.Headers.Count > 0)
        {
            AddHeaders(ref writer, request.Headers);
        }
        else
        {
            AddEmptyHeaders(ref writer);
        }

        return AddPerson(ref writer, context);
    }

    /// <summary>Goes on to the key of one of the answers that the headers named by <c>Vary</c> choose among.</summary>
    /// <returns>Whether there is one.</returns>
    public static bool AddVariant(ref KeyWriter writer, string[] names, IHeaderDictionary headers)
    {
        writer.AddMark('v');

        foreach (var name in names)
        {
            writer.Add(name);
            writer.Add(headers[name]);
        }

        return !writer.IsTooLong;
    }

    /// <summary>Whom the answer belongs to, so far as it is known now: tenant and user. <see langword="null"/> for a user without a name.</summary>
    public string? PersonOf(HttpContext context)
    {
        var writer = new KeyWriter(stackalloc char[128]);

        try
        {
            return AddPerson(ref writer, context) ? writer.Key.ToString() : null;
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>The verified user, where there is one with a name.</summary>
    public static bool IsAuthenticated(HttpContext context) => context.Features.Get<IHttpAuthenticationFeature>()?.User is { } user && IsAuthenticated(user);

    private static bool IsAuthenticated(ClaimsPrincipal user)
    {
        foreach (var identity in user.Identities)
        {
            if (identity.IsAuthenticated)
            {
                return true;
            }
        }

        return false;
    }

    private bool AddPerson(ref KeyWriter writer, HttpContext context)
    {
        if (context.Features.Get<ITenantFeature>() is { } tenant)
        {
            writer.AddMark('t');
            writer.Add(tenant.TenantId);
        }

        return (!_byUser || AddUser(ref writer, context)) && !writer.IsTooLong;
    }

    private void AddEmptyHeaders(ref KeyWriter writer)
    {
        foreach (var _ in _headerNames)
        {
            writer.Add(StringValues.Empty);
        }
    }

    private void AddHeaders(ref KeyWriter writer, IHeaderDictionary headers)
    {
        foreach (var name in _headerNames)
        {
            writer.Add(headers[name]);
        }

        // Always part of the key: what stands behind may answer an origin without naming it in Vary, as ASP.NET Core's own CORS does when it denies.
        if (headers.Origin is { Count: > 0 } origin)
        {
            writer.AddMark('o');
            writer.Add(origin);
        }

        foreach (var (name, values) in headers)
        {
            if (Overrides.Contains(name))
            {
                writer.AddMark('f');
                writer.Add(name);
                writer.Add(values);
            }
        }
    }

    // Every identity counts, each by its scheme, its issuer and its name there. One without a name could be anybody.
    private static bool AddUser(ref KeyWriter writer, HttpContext context)
    {
        var user = context.Features.Get<IHttpAuthenticationFeature>()?.User;

        if (user is null || !IsAuthenticated(user))
        {
            writer.AddMark('a');
            return true;
        }

        foreach (var identity in user.Identities)
        {
            if (!identity.IsAuthenticated)
            {
                continue;
            }

            if (NameOf(identity) is not { } name)
            {
                return false;
            }

            writer.AddMark('u');
            writer.Add(identity.AuthenticationType);
            writer.Add(name.Issuer);
            writer.Add(name.Type);
            writer.Add(name.Value);
        }

        return true;
    }

    private static Claim? NameOf(ClaimsIdentity identity)
    {
        foreach (var type in UserClaims)
        {
            if (identity.FindFirst(type) is { Value.Length: > 0 } claim)
            {
                return claim;
            }
        }

        return null;
    }
}
