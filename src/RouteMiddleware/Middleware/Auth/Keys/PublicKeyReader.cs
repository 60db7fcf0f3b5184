using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>
/// One member of a key set (RFC 7517). Only what is fit for checking signatures, and strong enough, becomes a key; certificates beside it (<c>x5c</c>, <c>x5u</c>) are not looked at.
/// </summary>
internal static class PublicKeyReader
{
    private const int MinimumRsaBits = 2048;

    // Checking a signature takes longer with each bit: nobody uses more.
    private const int MaximumRsaBits = 16_384;
    private const int MaximumExponentBytes = 8;
    private const int LongestId = 256;

    private static readonly string[] RsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    private static readonly Dictionary<string, (ECCurve Curve, int Bytes, string Algorithm)> Curves = new(StringComparer.Ordinal)
    {
        ["P-256"] = (ECCurve.NamedCurves.nistP256, 32, "ES256"),
        ["P-384"] = (ECCurve.NamedCurves.nistP384, 48, "ES384"),
        ["P-521"] = (ECCurve.NamedCurves.nistP521, 66, "ES512"),
    };

    /// <summary>All that a key can be used for.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [.. RsaAlgorithms, .. Curves.Values.Select(static curve => curve.Algorithm)];

    /// <summary>Reads a key.</summary>
    /// <param name="key">The member of the set.</param>
    /// <param name="fault">Why it is not used; our own words.</param>
    public static TokenKey? Read(JsonElement key, out string? fault)
    {
        if (key.ValueKind is not JsonValueKind.Object)
        {
            fault = "it is no object";
            return null;
        }

        if (!TryGetText(key, "kid", out var id) || id is { Length: 0 or > LongestId } || id?.Any(char.IsControl) is true)
        {
            fault = "its kid is no plain text";
            return null;
        }

        fault = FindMisuse(key);
        return fault is not null ? null
            : IsText(key, "kty", "RSA") ? ReadRsa(key, id, out fault)
            : IsText(key, "kty", "EC") ? ReadEc(key, id, out fault)
            : Fail("its kty is neither RSA nor EC", out fault);
    }

    private static string? FindMisuse(JsonElement key)
    {
        if (key.TryGetProperty("use", out _) && !IsText(key, "use", "sig"))
        {
            return "its use is not 'sig'";
        }

        if (key.TryGetProperty("key_ops", out var operations)
            && (operations.ValueKind is not JsonValueKind.Array || !operations.EnumerateArray().Any(static item => item.ValueKind is JsonValueKind.String && item.ValueEquals("verify"))))
        {
            return "its key_ops have no 'verify'";
        }

        return key.TryGetProperty("d", out _) ? "its private part is published with it" : null;
    }

    private static TokenKey? ReadRsa(JsonElement key, string? id, out string? fault)
    {
        if (ReadBytes(key, "n") is not { } modulus || ReadBytes(key, "e") is not { } exponent)
        {
            return Fail("its n or e is no base64url", out fault);
        }

        modulus = WithoutZeros(modulus);
        exponent = WithoutZeros(exponent);

        if (BitsOf(modulus) is < MinimumRsaBits or > MaximumRsaBits)
        {
            return Fail($"it is an RSA key with fewer than {MinimumRsaBits} or more than {MaximumRsaBits} bits", out fault);
        }

        // With an exponent of 1 every text is its own signature.
        if ((modulus[^1] & 1) == 0 || exponent is [] or [< 3] || exponent.Length > MaximumExponentBytes || (exponent[^1] & 1) == 0)
        {
            return Fail("its n or e is no number of an RSA key", out fault);
        }

        return Bind(key, id, RsaAlgorithms, () => new RsaSecurityKey(RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent })), out fault);
    }

    private static TokenKey? ReadEc(JsonElement key, string? id, out string? fault)
    {
        if (!TryGetText(key, "crv", out var name) || name is null || !Curves.TryGetValue(name, out var curve))
        {
            return Fail($"its crv is none of {string.Join(", ", Curves.Keys)}", out fault);
        }

        if (ReadBytes(key, "x") is not { } x || ReadBytes(key, "y") is not { } y || x.Length != curve.Bytes || y.Length != curve.Bytes)
        {
            return Fail($"its x or y is no base64url of {curve.Bytes} bytes", out fault);
        }

        // The platform refuses a point that is not on the curve.
        return Bind(key, id, [curve.Algorithm], () => new ECDsaSecurityKey(ECDsa.Create(new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y } })), out fault);
    }

    private static TokenKey? Bind(JsonElement key, string? id, string[] algorithms, Func<SecurityKey> create, out string? fault)
    {
        if (key.TryGetProperty("alg", out var named))
        {
            algorithms = named.ValueKind is JsonValueKind.String ? Array.FindAll(algorithms, algorithm => named.ValueEquals(algorithm)) : [];

            if (algorithms.Length == 0)
            {
                return Fail("its alg does not fit its kind or is no signature", out fault);
            }
        }

        try
        {
            fault = null;
            return new TokenKey(create(), id, algorithms);
        }
        catch (CryptographicException)
        {
            return Fail("its numbers are no key", out fault);
        }
    }

    private static TokenKey? Fail(string reason, out string? fault)
    {
        fault = reason;
        return null;
    }

    private static bool TryGetText(JsonElement key, string name, out string? text)
    {
        var exists = key.TryGetProperty(name, out var value);
        text = exists && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        return !exists || text is not null;
    }

    private static bool IsText(JsonElement key, string name, string text)
        => key.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.ValueEquals(text);

    private static byte[]? ReadBytes(JsonElement key, string name)
        => TryGetText(key, name, out var text) && text is not null ? StrictBase64Url.Decode(text) : null;

    private static byte[] WithoutZeros(byte[] number) => number.AsSpan().TrimStart((byte)0).ToArray();

    private static int BitsOf(byte[] number) => number.Length == 0 ? 0 : (number.Length * 8) - byte.LeadingZeroCount(number[0]);
}
