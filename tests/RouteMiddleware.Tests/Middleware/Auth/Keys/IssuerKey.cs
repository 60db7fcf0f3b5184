using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>A key pair of an issuer: signs tokens, and tells its public half as a JWK.</summary>
internal sealed class IssuerKey
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;

    private IssuerKey(string? id, string algorithm, RSA? rsa, ECDsa? ec) => (Id, Algorithm, _rsa, _ec) = (id, algorithm, rsa, ec);

    public string? Id { get; }

    public string Algorithm { get; }

    /// <summary>Further members of the JWK, with a comma in front.</summary>
    public string More { get; init; } = ",\"use\":\"sig\"";

    public static IssuerKey Rsa(string? id, int bits = 2048, string algorithm = "RS256", string more = ",\"use\":\"sig\"")
        => new(id, algorithm, RSA.Create(bits), null) { More = more };

    public static IssuerKey Ec(string? id, string algorithm = "ES256", string more = ",\"use\":\"sig\"")
        => new(id, algorithm, null, ECDsa.Create(algorithm switch { "ES384" => ECCurve.NamedCurves.nistP384, "ES512" => ECCurve.NamedCurves.nistP521, _ => ECCurve.NamedCurves.nistP256 })) { More = more };

    public string Jwk => $"{{{PublicMembers}{(Id is null ? "" : $",\"kid\":\"{Id}\"")}{More}}}";

    public string PublicMembers
    {
        get
        {
            if (_rsa is not null)
            {
                var rsa = _rsa.ExportParameters(false);
                return $"\"kty\":\"RSA\",\"n\":\"{Text(rsa.Modulus)}\",\"e\":\"{Text(rsa.Exponent)}\"";
            }

            var ec = _ec!.ExportParameters(false);
            var curve = ec.Q.X!.Length switch { 32 => "P-256", 48 => "P-384", _ => "P-521" };
            return $"\"kty\":\"EC\",\"crv\":\"{curve}\",\"x\":\"{Text(ec.Q.X)}\",\"y\":\"{Text(ec.Q.Y)}\"";
        }
    }

    /// <summary>The public half in the texts and bytes that a confused verifier may take for a secret.</summary>
    public IEnumerable<byte[]> PublicForms
    {
        get
        {
            if (_rsa is not null)
            {
                yield return Encoding.UTF8.GetBytes(_rsa.ExportRSAPublicKeyPem());
                yield return _rsa.ExportParameters(false).Modulus!;
            }
            else
            {
                yield return _ec!.ExportParameters(false).Q.X!;
            }

            AsymmetricAlgorithm key = _rsa is not null ? _rsa : _ec!;
            yield return Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem());
            yield return Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n");
            yield return key.ExportSubjectPublicKeyInfo();
            yield return Encoding.UTF8.GetBytes(Jwk);
        }
    }

    /// <summary>Signs a payload.</summary>
    /// <param name="payload">JSON text.</param>
    /// <param name="header">JSON text. Default: the key's algorithm and name.</param>
    /// <param name="algorithm">How it is really signed. Default: the key's algorithm.</param>
    public string Sign(string payload, string? header = null, string? algorithm = null)
    {
        header ??= $"{{\"alg\":\"{Algorithm}\"{(Id is null ? "" : $",\"kid\":\"{Id}\"")}}}";
        var input = $"{TokenForge.Encode(header)}.{TokenForge.Encode(payload)}";
        return $"{input}.{TokenForge.Encode(SignBytes(Encoding.ASCII.GetBytes(input), algorithm ?? Algorithm))}";
    }

    private static string Text(byte[]? bytes) => Base64Url.EncodeToString(bytes);

    private byte[] SignBytes(byte[] input, string algorithm)
    {
        var hash = algorithm[2..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        return _ec?.SignData(input, hash) ?? _rsa!.SignData(input, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }
}
