using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What of a request chooses among the answers of one attachment.</summary>
internal sealed class CacheKeyRule
{
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
    public bool Write(ref KeyWriter writer, HttpContext context, int depth, in RequestFacts facts)
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

        AddHeaders(ref writer, request.Headers, facts);
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

    private void AddHeaders(ref KeyWriter writer, IHeaderDictionary headers, in RequestFacts facts)
    {
        foreach (var name in _headerNames)
        {
            writer.Add(headers[name]);
        }

        // Always part of the key: what stands behind may answer an origin without naming it in Vary, as ASP.NET Core's own CORS does when it denies.
        if (facts.Origin.Count > 0)
        {
            writer.AddMark('o');
            writer.Add(facts.Origin);
        }

        if (facts.HasOverrides)
        {
            AddOverrides(ref writer, headers);
        }
    }

    private static void AddOverrides(ref KeyWriter writer, IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            if (RequestFacts.IsOverride(name))
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
