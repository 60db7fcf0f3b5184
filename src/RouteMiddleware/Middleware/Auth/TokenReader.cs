using System.Text.Json;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Reads a token strictly, before any library does: what it lets through has one meaning for every reader.
/// It decides everything but the key, which is looked up, and the signature and the expiry, which the JwtBearer handler decides.
/// </summary>
internal sealed class TokenReader(TokenRules rules)
{
    public const int MaxLength = 16 * 1024;

    private const long LastSecond = 253_402_300_799; // The end of the year 9999.
    private const int LongestKeyId = 256;

    // Keys that come with the token itself, and extensions that change what is signed or how it is packed.
    private static readonly string[] RefusedMembers = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip"];

    private volatile GoodHeader? _lastHeader;

    /// <summary>Reads a token.</summary>
    /// <param name="token">The text behind the word <c>Bearer</c>.</param>
    /// <param name="keys">The keys known now; without them the name of their issuer is not compared yet.</param>
    /// <param name="now">The time.</param>
    /// <param name="content">What is in the token, where nothing is wrong with it.</param>
    public TokenFault? Read(ReadOnlySpan<char> token, TokenKeys? keys, DateTimeOffset now, out TokenContent? content)
    {
        content = null;

        if (token.Length > MaxLength)
        {
            return TokenFault.TooLong;
        }

        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');

        if (first < 0 || first == last || token[(first + 1)..last].Contains('.'))
        {
            return TokenFault.Encoding;
        }

        // The header comes first: an unsigned token is refused for its algorithm, not for its empty signature.
        if (ReadHeader(token[..first], keys, out var algorithm, out var keyId) is { } headerFault)
        {
            return headerFault;
        }

        return StrictBase64Url.IsCanonical(token[(last + 1)..])
            ? ReadPayload(token[(first + 1)..last], new Expected(algorithm, keyId, rules.Issuer ?? keys?.Issuer, (now + rules.ClockSkew).ToUnixTimeSeconds()), out content)
            : TokenFault.Encoding;
    }

    private static bool IsPlainKeyId(string id)
        => id.Length is > 0 and <= LongestKeyId
            && id[0] != '/'
            && !id.Contains("..", StringComparison.Ordinal)
            && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || "-._~+/=:@".Contains(letter, StringComparison.Ordinal));

    private static bool IsTokenType(string type)
        => type.Equals("JWT", StringComparison.OrdinalIgnoreCase) || type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase);

    private static bool TryGetSeconds(JsonElement payload, string name, out long? seconds)
    {
        seconds = null;

        if (!payload.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var number) || !(number is >= 0 and <= LastSecond))
        {
            return false;
        }

        seconds = (long)number;
        return true;
    }

    private static bool TryGetText(JsonElement element, string name, out string? text)
    {
        text = null;

        if (!element.TryGetProperty(name, out var value))
        {
            return true;
        }

        text = value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    private TokenFault? ReadHeader(ReadOnlySpan<char> segment, TokenKeys? keys, out string algorithm, out string? keyId)
    {
        // An issuer writes the same header for all of its tokens.
        if (_lastHeader is { } last && segment.Equals(last.Segment, StringComparison.Ordinal))
        {
            (algorithm, keyId) = (last.Algorithm, last.KeyId);
            return null;
        }

        algorithm = "";
        keyId = null;

        if (StrictBase64Url.Decode(segment) is not { } utf8)
        {
            return TokenFault.Encoding;
        }

        using var document = StrictJson.Parse(utf8);

        if (document is null)
        {
            return TokenFault.Json;
        }

        var header = document.RootElement;

        if (!TryGetText(header, "alg", out var named) || named is null || !rules.Algorithms.Contains(named, StringComparer.Ordinal))
        {
            return TokenFault.Algorithm;
        }

        algorithm = named;

        foreach (var member in RefusedMembers)
        {
            if (header.TryGetProperty(member, out _))
            {
                return TokenFault.HeaderMember;
            }
        }

        if (!TryGetText(header, "typ", out var type) || (type is not null && !IsTokenType(type)))
        {
            return TokenFault.Type;
        }

        if (!TryGetText(header, "kid", out keyId))
        {
            return TokenFault.KeyId;
        }

        if (keyId is not null && !IsPlainKeyId(keyId))
        {
            // Good only as long as a key has this name.
            return keys?.HasName(keyId) is true ? null : TokenFault.KeyId;
        }

        _lastHeader = new GoodHeader(segment.ToString(), algorithm, keyId);
        return null;
    }

    private TokenFault? ReadPayload(ReadOnlySpan<char> segment, in Expected expected, out TokenContent? content)
    {
        content = null;

        if (StrictBase64Url.Decode(segment) is not { } utf8)
        {
            return TokenFault.Encoding;
        }

        using var document = StrictJson.Parse(utf8);
        return document is null ? TokenFault.Json : ReadClaims(document.RootElement, utf8, expected, out content);
    }

    private TokenFault? ReadClaims(JsonElement payload, byte[] utf8, in Expected expected, out TokenContent? content)
    {
        content = null;

        if (!TryGetSeconds(payload, "exp", out var expires)
            || !TryGetSeconds(payload, "nbf", out var notBefore)
            || !TryGetSeconds(payload, "iat", out var issuedAt)
            || expires is null)
        {
            return TokenFault.Time;
        }

        var begins = Math.Max(notBefore ?? 0, issuedAt ?? 0);

        if (begins > expected.LatestBegin)
        {
            return TokenFault.NotYetValid;
        }

        if (!TryGetText(payload, "iss", out var issuer) || (expected.Issuer is not null && !string.Equals(issuer, expected.Issuer, StringComparison.Ordinal)))
        {
            return TokenFault.Issuer;
        }

        if (!IsAudience(payload))
        {
            return TokenFault.Audience;
        }

        if (!TryGetText(payload, "jti", out var id) || !IsTextOrNumber(payload, "sub") || !IsTextOrNumber(payload, "user_id"))
        {
            return TokenFault.Claim;
        }

        content = new TokenContent { Payload = utf8, Expires = expires.Value, Begins = begins, Id = id, Algorithm = expected.Algorithm, KeyId = expected.KeyId };
        return null;
    }

    private static bool IsTextOrNumber(JsonElement payload, string name)
        => !payload.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private bool IsAudience(JsonElement payload)
    {
        if (!payload.TryGetProperty("aud", out var audience))
        {
            return rules.Audience is null;
        }

        if (audience.ValueKind is JsonValueKind.String)
        {
            return rules.Audience is null || audience.ValueEquals(rules.Audience);
        }

        if (audience.ValueKind is not JsonValueKind.Array || audience.EnumerateArray().Any(static item => item.ValueKind is not JsonValueKind.String))
        {
            return false;
        }

        return rules.Audience is null || audience.EnumerateArray().Any(item => item.ValueEquals(rules.Audience));
    }

    private sealed record GoodHeader(string Segment, string Algorithm, string? KeyId);

    /// <summary>What the header said, and what the payload is held against.</summary>
    private readonly record struct Expected(string Algorithm, string? KeyId, string? Issuer, long LatestBegin);
}
