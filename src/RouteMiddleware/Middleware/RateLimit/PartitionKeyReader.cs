using System.Buffers;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Reads from a request whose permits it takes.</summary>
internal sealed class PartitionKeyReader
{
    internal const int MaxTextLength = 256;

    private const string Accepted = "ip, user, tenant, header:<name>, route, global, or several of all but the last joined by '+'";

    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The address that such a header tells is anybody's word, until a middleware that knows the proxies has checked it.
    private static readonly string[] ForwardedHeaders = ["Forwarded", "X-Forwarded-For", "X-Real-IP"];

    private static readonly string[] UserClaims = ["sub", "user_id", ClaimTypes.NameIdentifier];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY"];

    private readonly List<string> _headers = [];
    private string _spelling = string.Empty;
    private bool _byAddress;
    private bool _byTenant;
    private bool _byUser;
    private bool _byRoute;
    private bool _isAddressAlone;

    private PartitionKeyReader()
    {
    }

    /// <summary>The option in one spelling: equal where the same callers are counted together.</summary>
    public string Spelling => _spelling;

    /// <summary>Reads the option; what can't be read is added to the faults.</summary>
    public static PartitionKeyReader Parse(string? partitionBy, List<string> faults)
    {
        var reader = new PartitionKeyReader();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var parts = (partitionBy ?? string.Empty).Split('+', StringSplitOptions.TrimEntries);

        foreach (var part in parts)
        {
            if (reader.Add(part, isAlone: parts.Length == 1) is { } rule)
            {
                faults.Add($"{nameof(RateLimitOptions.PartitionBy)} ('{partitionBy}') {rule}");
            }
            else if (!seen.Add(part))
            {
                faults.Add($"{nameof(RateLimitOptions.PartitionBy)} ('{partitionBy}') must not name '{part}' twice.");
            }
        }

        reader._spelling = string.Join('+', seen.Select(static part => part.ToUpperInvariant()).Order(StringComparer.Ordinal));
        reader._isAddressAlone = reader._byAddress && parts.Length == 1;
        return reader;
    }

    public PartitionKey Read(HttpContext context)
    {
        if (_isAddressAlone)
        {
            return new(ClientAddress.From(context.Connection.RemoteIpAddress));
        }

        var byAddress = _byAddress;
        var text = ReadTexts(context, ref byAddress);
        var address = byAddress ? ClientAddress.From(context.Connection.RemoteIpAddress) : default;

        // What no route was found for is one bucket: its path and method are whatever the caller writes.
        return _byRoute && context.GetEndpoint() is RouteEndpoint endpoint
            ? new(address, text, endpoint.RoutePattern.RawText ?? endpoint.DisplayName ?? string.Empty, MethodOf(context.Request.Method))
            : new(address, text);
    }

    // Routing takes 'get' for GET, and so must the key; a method that nobody knows is no reason for a bucket of its own.
    private static byte MethodOf(string method)
    {
        for (byte i = 0; i < Methods.Length; i++)
        {
            if (HttpMethods.Equals(Methods[i], method))
            {
                return (byte)(i + 1);
            }
        }

        return 0;
    }

    // Only who was authenticated: a name that the caller merely claims would be a bucket at will.
    private static string? UserOf(HttpContext context)
    {
        if (context.User.Identity is not { IsAuthenticated: true } identity)
        {
            return null;
        }

        if (identity is ClaimsIdentity claims)
        {
            foreach (var type in UserClaims)
            {
                if (claims.FindFirst(type)?.Value is { Length: > 0 } value)
                {
                    return value;
                }
            }
        }

        return string.IsNullOrEmpty(identity.Name) ? null : identity.Name;
    }

    // Checked by whoever set it; without one, a request is not all tenants' but its address's.
    private static string? TenantOf(HttpContext context) => context.Features.Get<ITenantFeature>()?.TenantId;

    private static string? Shorten(string? text)
        => text is { Length: > MaxTextLength } ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))) : text;

    private string? Add(string part, bool isAlone)
    {
        switch (part.ToUpperInvariant())
        {
            case "IP":
                _byAddress = true;
                return null;
            case "USER":
                _byUser = true;
                return null;
            case "TENANT":
                _byTenant = true;
                return null;
            case "ROUTE":
                _byRoute = true;
                return null;
            case "GLOBAL":
                return isAlone ? null : "must not join 'global' with anything: everybody is counted together already.";
            default:
                return part.StartsWith("header:", StringComparison.OrdinalIgnoreCase) ? AddHeader(part["header:".Length..].Trim()) : $"must be {Accepted}.";
        }
    }

    private string? AddHeader(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            return "must name a header behind 'header:', by letters, digits and '-'.";
        }

        if (ForwardedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return $"must not count by '{name}', which anybody can write: use 'ip' behind the middleware 'forwarded_headers'.";
        }

        _headers.Add(name);
        return null;
    }

    private string? ReadTexts(HttpContext context, ref bool byAddress)
    {
        if ((_byTenant ? 1 : 0) + (_byUser ? 1 : 0) + _headers.Count is var count and <= 1)
        {
            return count == 0 ? null
                : _byTenant ? Take(TenantOf(context), ref byAddress)
                : _byUser ? Take(UserOf(context), ref byAddress)
                : Take(context.Request.Headers[_headers[0]], ref byAddress);
        }

        // Each with its length in front, so that 'a' and 'bc' are not 'ab' and 'c'.
        var joined = new StringBuilder();

        if (_byTenant)
        {
            Append(joined, Take(TenantOf(context), ref byAddress));
        }

        if (_byUser)
        {
            Append(joined, Take(UserOf(context), ref byAddress));
        }

        foreach (var header in _headers)
        {
            Append(joined, Take(context.Request.Headers[header], ref byAddress));
        }

        return joined.ToString();
    }

    // Without a name of its own a request is counted by its address, not together with all others that have none.
    private static string? Take(string? value, ref bool byAddress)
    {
        byAddress |= string.IsNullOrEmpty(value);
        return string.IsNullOrEmpty(value) ? null : Shorten(value);
    }

    // None is told from an empty one and from all others by its length.
    private static void Append(StringBuilder joined, string? value)
        => joined.Append(CultureInfo.InvariantCulture, $"{value?.Length ?? -1}:").Append(value);
}
