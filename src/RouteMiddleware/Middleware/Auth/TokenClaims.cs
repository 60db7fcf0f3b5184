using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// The claims of a token's payload. Where issuers spell one thing in several ways, every spelling is there: a user is found by <c>sub</c>, by <c>user_id</c>
/// and by <see cref="ClaimTypes.NameIdentifier"/>, whichever of them the token has.
/// </summary>
internal static class TokenClaims
{
    private static readonly string[] Subject = ["sub", "user_id", ClaimTypes.NameIdentifier];
    private static readonly string[] Name = ["name", "username", ClaimTypes.Name];
    private static readonly string[] Role = ["role", "roles", ClaimTypes.Role];

    public static Claim[] Read(JsonElement payload)
    {
        var issuer = payload.TryGetProperty("iss", out var value) ? value.GetString()! : ClaimsIdentity.DefaultIssuer;
        List<Claim> claims = [];

        foreach (var member in payload.EnumerateObject())
        {
            Add(claims, member.Name, member.Value, issuer);
        }

        SpellOut(claims, Subject, issuer);
        SpellOut(claims, Name, issuer);
        SpellOutRoles(claims, issuer);
        return [.. claims];
    }

    private static void Add(List<Claim> claims, string type, JsonElement value, string issuer)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            AddOne(claims, type, value, issuer);
            return;
        }

        foreach (var item in value.EnumerateArray())
        {
            AddOne(claims, type, item, issuer);
        }
    }

    private static void AddOne(List<Claim> claims, string type, JsonElement value, string issuer)
    {
        (string Text, string ValueType)? claim = value.ValueKind switch
        {
            JsonValueKind.String => (value.GetString()!, ClaimValueTypes.String),
            JsonValueKind.Number => (value.GetRawText(), value.TryGetInt64(out _) ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double),
            JsonValueKind.True => ("true", ClaimValueTypes.Boolean),
            JsonValueKind.False => ("false", ClaimValueTypes.Boolean),
            JsonValueKind.Object => (value.GetRawText(), JsonClaimValueTypes.Json),
            JsonValueKind.Array => (value.GetRawText(), JsonClaimValueTypes.JsonArray),
            _ => null,
        };

        if (claim is { } known)
        {
            claims.Add(new Claim(type, known.Text, known.ValueType, issuer));
        }
    }

    private static void SpellOut(List<Claim> claims, string[] spellings, string issuer)
    {
        var found = spellings.Select(spelling => claims.Find(claim => string.Equals(claim.Type, spelling, StringComparison.Ordinal))).ToArray();

        // The order of the spellings is their rank where a token has two that differ.
        if (Array.Find(found, static claim => claim is not null) is not { } first)
        {
            return;
        }

        for (var i = 0; i < spellings.Length; i++)
        {
            if (found[i] is null)
            {
                claims.Add(new Claim(spellings[i], first.Value, first.ValueType, issuer));
            }
        }
    }

    private static void SpellOutRoles(List<Claim> claims, string issuer)
    {
        // Only texts are roles: a number or an object in their place grants nothing.
        var written = claims.Where(static claim => Role.Contains(claim.Type, StringComparer.Ordinal)).ToArray();
        var roles = written.Where(static claim => string.Equals(claim.ValueType, ClaimValueTypes.String, StringComparison.Ordinal)).Select(static claim => claim.Value).Distinct(StringComparer.Ordinal);
        claims.RemoveAll(claim => written.Contains(claim) && string.Equals(claim.Type, ClaimTypes.Role, StringComparison.Ordinal));

        foreach (var role in roles.ToArray())
        {
            foreach (var spelling in Role)
            {
                if (!claims.Exists(claim => string.Equals(claim.Type, spelling, StringComparison.Ordinal) && string.Equals(claim.Value, role, StringComparison.Ordinal)))
                {
                    claims.Add(new Claim(spelling, role, ClaimValueTypes.String, issuer));
                }
            }
        }
    }
}
