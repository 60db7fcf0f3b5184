using System.Buffers;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>One place of a request that may name its tenant.</summary>
internal abstract class TenantSource
{
    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> HostLetters = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Reads the option's text, or tells the rule that it breaks.</summary>
    public static TenantSource? Parse(string? text, out string rule)
    {
        var (kind, name) = Split(text);
        rule = "must be claim:<type>, header:<name>, host, host:<domain>, route:<parameter> or query:<key>.";

        if (kind == "HOST")
        {
            rule = "must name a domain such as example.com behind 'host:', or be 'host' alone.";
            return name switch
            {
                null => new Host(domain: null),
                { Length: > 0 } when !name.AsSpan().ContainsAnyExcept(HostLetters) && !name.StartsWith('.') && !name.EndsWith('.') => new Host(name),
                _ => null,
            };
        }

        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (kind == "HEADER" && name.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            rule = "must name a header behind 'header:', by letters, digits and '-'.";
            return null;
        }

        return kind switch
        {
            "CLAIM" => new ClaimOf(name),
            "HEADER" => new Header(name),
            "ROUTE" => new RouteValue(name),
            "QUERY" => new QueryValue(name),
            _ => null,
        };
    }

    /// <summary>Reads the name, if there is one.</summary>
    /// <returns><see langword="false"/> if there are several, so that nobody can say which of them another reader takes.</returns>
    public abstract bool TryRead(HttpContext context, out string? tenant);

    // A claim's type may hold colons of its own.
    private static (string Kind, string? Name) Split(string? text)
    {
        var parts = (text ?? "").Split(':', 2, StringSplitOptions.TrimEntries);
        return (parts[0].ToUpperInvariant(), parts.Length == 2 ? parts[1] : null);
    }

    private static bool TryTake(StringValues values, out string? tenant)
    {
        tenant = values.Count == 1 && !string.IsNullOrEmpty(values[0]) ? values[0] : null;
        return values.Count <= 1;
    }

    /// <summary>Only of who was authenticated; the same claim twice is one.</summary>
    internal sealed class ClaimOf(string type) : TenantSource
    {
        public override bool TryRead(HttpContext context, out string? tenant)
        {
            tenant = null;

            // By index: a list behind its interface makes an object for each walk.
            var identities = context.User.Identities as IReadOnlyList<ClaimsIdentity> ?? [.. context.User.Identities];

            for (var i = 0; i < identities.Count; i++)
            {
                if (identities[i].IsAuthenticated && !TryRead(identities[i], ref tenant))
                {
                    return false;
                }
            }

            return true;
        }

        private bool TryRead(ClaimsIdentity identity, ref string? tenant)
        {
            foreach (var claim in identity.FindAll(type))
            {
                if (tenant is not null && claim.Value.Length > 0 && !string.Equals(tenant, claim.Value, StringComparison.Ordinal))
                {
                    return false;
                }

                tenant = claim.Value.Length > 0 ? claim.Value : tenant;
            }

            return true;
        }
    }

    private sealed class Header(string name) : TenantSource
    {
        public override bool TryRead(HttpContext context, out string? tenant) => TryTake(context.Request.Headers[name], out tenant);
    }

    private sealed class RouteValue(string name) : TenantSource
    {
        public override bool TryRead(HttpContext context, out string? tenant)
            => TryTake(Convert.ToString(context.Request.RouteValues[name], CultureInfo.InvariantCulture), out tenant);
    }

    private sealed class QueryValue(string name) : TenantSource
    {
        // Keys are compared without case, so that two spellings are two values of one key.
        public override bool TryRead(HttpContext context, out string? tenant)
            => TryTake(context.Request.QueryString.HasValue ? context.Request.Query[name] : StringValues.Empty, out tenant);
    }

    private sealed class Host(string? domain) : TenantSource
    {
        // Reserved for trials: no registrar sells a name in them, so that one label in front is a subdomain already.
        private static readonly string[] TrialDomains = ["localhost", "test", "example"];

        public override bool TryRead(HttpContext context, out string? tenant)
        {
            // The header itself: Request.Host decodes international names, and throws where they are no such names. An address in brackets ends at its first colon as well.
            var name = context.Request.Headers.Host.ToString().AsSpan();
            name = name.IndexOf(':') is var port and >= 0 ? name[..port] : name;
            name = name.EndsWith('.') ? name[..^1] : name;
            var dot = name.IndexOf('.');

            // Host names have no case, tenants have.
            tenant = dot > 0 && IsSubdomain(name[..dot], name[(dot + 1)..]) ? name[..dot].ToString().ToLowerInvariant() : null;
            return true;
        }

        private bool IsSubdomain(ReadOnlySpan<char> label, ReadOnlySpan<char> rest)
        {
            if (domain is not null)
            {
                return rest.Equals(domain, StringComparison.OrdinalIgnoreCase);
            }

            // An address has no labels: the last part of a name is never a number.
            var isName = rest.Length > 0 && char.IsAsciiLetter(rest[^1]);
            return isName && !label.Equals("www", StringComparison.OrdinalIgnoreCase) && (rest.Contains('.') || IsTrialDomain(rest));
        }

        private static bool IsTrialDomain(ReadOnlySpan<char> rest)
        {
            foreach (var trial in TrialDomains)
            {
                if (rest.Equals(trial, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
