using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Reads a token strictly, before any library does: what it lets through has one meaning for every reader.
/// It decides everything but the signature and the expiry, which the JwtBearer handler decides.
/// </summary>
internal sealed class TokenReader(TokenRules rules)
{
    public const int MaxLength = 16 * 1024;

    private const long LastSecond = 253_402_300_799; // The end of the year 9999.
    private const int LongestKeyId = 256;

    // Keys that come with the token itself, and extensions that change what is signed or how it is packed.
    private static readonly string[] RefusedMembers = ["crit", "b64", "jwk", "jku", "x5u", "x5c", "zip"];

    public TokenFault? Read(ReadOnlySpan<char> token, DateTimeOffset now, out TokenContent? content)
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
        if (ReadHeader(token[..first]) is { } headerFault)
        {
            return headerFault;
        }

        return StrictBase64Url.IsCanonical(token[(last + 1)..])
            ? ReadPayload(token[(first + 1)..last], (now + rules.ClockSkew).ToUnixTimeSeconds(), out content)
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

    private TokenFault? ReadHeader(ReadOnlySpan<char> segment)
    {
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

        if (!TryGetText(header, "alg", out var algorithm) || algorithm is null || !rules.Keys.HasAlgorithm(algorithm))
        {
            return TokenFault.Algorithm;
        }

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

        return TryGetText(header, "kid", out var id) && (id is null || IsPlainKeyId(id)) && rules.Keys.HasKey(algorithm, id) ? null : TokenFault.KeyId;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The content takes the document; every other way out disposes it.")]
    private TokenFault? ReadPayload(ReadOnlySpan<char> segment, long latestBegin, out TokenContent? content)
    {
        content = null;

        if (StrictBase64Url.Decode(segment) is not { } utf8)
        {
            return TokenFault.Encoding;
        }

        if (StrictJson.Parse(utf8) is not { } document)
        {
            return TokenFault.Json;
        }

        var fault = ReadClaims(document, latestBegin, out content);

        if (fault is not null)
        {
            document.Dispose();
        }

        return fault;
    }

    private TokenFault? ReadClaims(JsonDocument document, long latestBegin, out TokenContent? content)
    {
        content = null;
        var payload = document.RootElement;

        if (!TryGetSeconds(payload, "exp", out var expires)
            || !TryGetSeconds(payload, "nbf", out var notBefore)
            || !TryGetSeconds(payload, "iat", out var issuedAt)
            || expires is null)
        {
            return TokenFault.Time;
        }

        var begins = Math.Max(notBefore ?? 0, issuedAt ?? 0);

        if (begins > latestBegin)
        {
            return TokenFault.NotYetValid;
        }

        if (!TryGetText(payload, "iss", out var issuer) || (rules.Issuer is not null && !string.Equals(issuer, rules.Issuer, StringComparison.Ordinal)))
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

        content = new TokenContent(document) { Expires = expires.Value, Begins = begins, Id = id };
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
}
