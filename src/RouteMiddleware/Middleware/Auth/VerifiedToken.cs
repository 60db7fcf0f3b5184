using System.Security.Claims;
using System.Text.Json;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>A token whose signature was found right: its claims, shared by all requests that bring it, and the time in which it may be used.</summary>
internal sealed class VerifiedToken
{
    private readonly byte[] _payload;
    private readonly string _scheme;

    // UTC ticks, the clock skew included. As numbers they may lie beyond the calendar's ends.
    private readonly long _begins;
    private readonly long _ends;

    // Claims are large, and many tokens are seen once: what nobody asks for is not made.
    private Claim[]? _claims;

    public VerifiedToken(TokenContent content, TimeSpan clockSkew, string scheme)
    {
        _payload = content.Payload;
        _scheme = scheme;
        Expires = DateTimeOffset.FromUnixTimeSeconds(content.Expires);
        _begins = DateTimeOffset.FromUnixTimeSeconds(content.Begins).Ticks - clockSkew.Ticks;
        _ends = Expires.Ticks + clockSkew.Ticks;
        Id = content.Id;
    }

    public DateTimeOffset Expires { get; }

    public string? Id { get; }

    // Two requests may both make them at first; they make the same.
    private Claim[] Claims => _claims ??= ReadClaims(_payload);

    /// <summary>Asked for each request: a token that was good a moment ago may be expired, and a clock can be set back.</summary>
    public TokenFault? FindFault(DateTimeOffset now, IJwtDenyList denyList)
    {
        if (now.UtcTicks >= _ends)
        {
            return TokenFault.Expired;
        }

        if (now.UtcTicks < _begins)
        {
            return TokenFault.NotYetValid;
        }

        return Id is not null && denyList.IsRevoked(Id) ? TokenFault.Revoked : null;
    }

    public bool Has(string type, string value)
    {
        foreach (var claim in Claims)
        {
            if (string.Equals(claim.Type, type, StringComparison.OrdinalIgnoreCase) && string.Equals(claim.Value, value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An identity of its own for one request: the identity copies each claim, so that nothing done to it reaches another request.</summary>
    public ClaimsIdentity CreateIdentity() => new(Claims, _scheme, ClaimTypes.Name, ClaimTypes.Role);

    private static Claim[] ReadClaims(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload);
        return TokenClaims.Read(document.RootElement);
    }
}
