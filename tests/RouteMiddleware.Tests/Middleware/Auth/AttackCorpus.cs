using System.Security.Cryptography;
using System.Text;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>Tokens that must never be accepted, by the row of the threat they stand for. Each is signed as well as its attacker could.</summary>
internal static class AttackCorpus
{
    public static IEnumerable<(string Row, string Token)> All()
    {
        var good = TokenForge.Good();
        var parts = good.Split('.');

        return
        [
            .. Unsigned(parts),
            .. Confused(),
            .. TokenReaderTests.BadHeaders.Select(static row => ($"J1-J11 {row[0]} {row[1]}", TokenForge.Sign((string)row[1], TokenForge.Payload()))),
            .. TokenReaderTests.BadPayloads.Select(static row => ($"J8-J11 {row[0]} {row[1]}", TokenForge.Sign(TokenForge.Header, (string)row[1]))),
            .. Forged(parts),
            .. Shapes(good, parts),
            .. Bombs(),
        ];
    }

    private static IEnumerable<(string Row, string Token)> Unsigned(string[] parts)
    {
        foreach (var none in new[] { "none", "None", "NONE", "nOnE", "none ", "null", "" })
        {
            var header = TokenForge.Encode($$"""{"alg":"{{none}}","typ":"JWT"}""");
            yield return ($"J1 {none}", $"{header}.{parts[1]}.");
            yield return ($"J1 {none} without the dot", $"{header}.{parts[1]}");
            yield return ($"J1 {none} with a signature", $"{header}.{parts[1]}.{parts[2]}");
        }

        yield return ("J1 no signature", $"{parts[0]}.{parts[1]}.");
        yield return ("J1 no alg", TokenForge.Sign("""{"typ":"JWT"}""", TokenForge.Payload()));
    }

    private static IEnumerable<(string Row, string Token)> Confused()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var payload = TokenForge.Encode(TokenForge.Payload());

        foreach (var key in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem(), ec.ExportSubjectPublicKeyInfoPem() })
        {
            yield return ("J2 public key as secret", TokenForge.Sign(TokenForge.Header, TokenForge.Payload(), secret: key));
        }

        foreach (var (algorithm, sign) in new (string, Func<byte[], byte[]>)[]
        {
            ("RS256", input => rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ("PS256", input => rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
            ("ES256", input => ec.SignData(input, HashAlgorithmName.SHA256)),
            ("ES256", _ => new byte[64]),
        })
        {
            var input = $"{TokenForge.Encode($$"""{"alg":"{{algorithm}}"}""")}.{payload}";
            yield return ($"J2 {algorithm}", $"{input}.{TokenForge.Encode(sign(Encoding.ASCII.GetBytes(input)))}");
        }

        foreach (var algorithm in new[] { "HS384", "HS512" })
        {
            yield return ($"J3 {algorithm}", TokenForge.Sign($$"""{"alg":"{{algorithm}}"}""", TokenForge.Payload(), algorithm: algorithm));
        }
    }

    private static IEnumerable<(string Row, string Token)> Forged(string[] parts)
    {
        foreach (var secret in new[] { "secret", "your-256-bit-secret", TokenForge.Secret + " ", TokenForge.Secret[..^1], new string('\0', 36) })
        {
            yield return ("J7 other key", TokenForge.Sign(TokenForge.Header, TokenForge.Payload(), secret));
        }

        yield return ("J7 other payload", $"{parts[0]}.{TokenForge.Encode(TokenForge.Payload("\"role\":\"admin\""))}.{parts[2]}");
        yield return ("J7 shorter signature", $"{parts[0]}.{parts[1]}.{parts[2][..40]}");
        yield return ("J7 longer signature", $"{parts[0]}.{parts[1]}.{parts[2]}AAAA");
        yield return ("J7 zeros", $"{parts[0]}.{parts[1]}.{TokenForge.Encode(new byte[32])}");
        yield return ("J7 signature of the payload alone", $"{parts[0]}.{parts[1]}.{TokenForge.Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TokenForge.Secret), Encoding.ASCII.GetBytes(parts[1])))}");
    }

    private static IEnumerable<(string Row, string Token)> Shapes(string good, string[] parts)
    {
        yield return ("J12 padding", good + "=");
        yield return ("J12 padded header", TokenForge.SignSegments(TokenForge.Encode("""{"alg":"HS256" }""") + "==", parts[1]));
        yield return ("J12 leftover bits", TokenForge.SignSegments(parts[0], TokenForge.Encode(TokenForge.Payload("\"a\":1"))[..^1] + "B"));
        yield return ("J12 standard base64", TokenForge.SignSegments(parts[0], Convert.ToBase64String(Encoding.UTF8.GetBytes(TokenForge.Payload("\"a\":\"\u00FF\u00FF\u00FF\"")))));
        yield return ("J12 white space", $"{parts[0]} .{parts[1]}.{parts[2]}");
        yield return ("J12 two tokens", $"{good} {good}");
        yield return ("J12 comma", $"{good},{good}");
        yield return ("J12 one segment", parts[0]);
        yield return ("J12 two segments", $"{parts[0]}.{parts[1]}");
        yield return ("J12 four segments", good + ".AAAA");
        yield return ("J12 five segments", $"{TokenForge.Encode("""{"alg":"dir","enc":"A128GCM"}""")}..AAAA.AAAA.AAAA");
        yield return ("J12 leading dot", "." + good);
        yield return ("J12 dots", "...");
        yield return ("J12 two dots", "..");
        yield return ("J12 garbage", "!!!");
        yield return ("J12 quoted", $"\"{good}\"");

        // Sent as Latin-1, the two letters are the UTF-8 bytes of one.
        yield return ("J12 beyond ASCII", good[..^1] + "\u00C3\u00A9");
    }

    private static IEnumerable<(string Row, string Token)> Bombs()
    {
        yield return ("J13 too long", TokenForge.Good($"\"x\":\"{new string('a', 13_000)}\""));
        yield return ("J13 dots", new string('.', 16_000));
        yield return ("J13 letters", new string('A', 16_000));
        yield return ("J13 nesting", TokenForge.Good($"\"x\":{new string('[', 5_000)}{new string(']', 5_000)}"));
        yield return ("J13 members", TokenForge.Good(string.Join(',', Enumerable.Range(0, 900).Select(static i => $"\"m{i}\":0")) + ",\"m0\":1"));
        yield return ("J13 digits", TokenForge.Sign(TokenForge.Header, $$"""{"exp":{{new string('9', 9_000)}}}"""));
        yield return ("J13 exponent", TokenForge.Sign(TokenForge.Header, """{"exp":1e999999999}"""));
    }
}
