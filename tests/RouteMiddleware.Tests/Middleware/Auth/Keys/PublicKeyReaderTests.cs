using System.Text;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>J3, J14: which members of a key set become keys, and for what.</summary>
public sealed class PublicKeyReaderTests
{
    private const string AllRsa = "RS256 RS384 RS512 PS256 PS384 PS512";

    private static readonly string Rsa = IssuerKey.Rsa(null).PublicMembers;
    private static readonly string WeakRsa = IssuerKey.Rsa(null, bits: 2040).PublicMembers;
    private static readonly string P256 = IssuerKey.Ec(null).PublicMembers;
    private static readonly string P384 = IssuerKey.Ec(null, "ES384").PublicMembers;
    private static readonly string P521 = IssuerKey.Ec(null, "ES512").PublicMembers;

    public static TheoryData<string, string> GoodKeys => new()
    {
        { AllRsa, $"{{{Rsa}}}" },
        { AllRsa, $"{{{Rsa},\"kid\":\"a\",\"use\":\"sig\",\"key_ops\":[\"verify\"],\"x5c\":[1],\"x5u\":\"http://127.0.0.1:1\",\"x5t\":\"AAAA\",\"anything\":{{}}}}" },
        { AllRsa, $"{{{Rsa.Replace("\"e\":\"AQAB\"", "\"e\":\"Aw\"", StringComparison.Ordinal)}}}" },
        { AllRsa, $"{{{Rsa.Replace("\"e\":\"AQAB\"", "\"e\":\"AAEAAQ\"", StringComparison.Ordinal)}}}" },
        { "RS256", $"{{{Rsa},\"alg\":\"RS256\"}}" },
        { "PS512", $"{{{Rsa},\"alg\":\"PS512\",\"key_ops\":[\"sign\",\"verify\"]}}" },
        { "ES256", $"{{{P256}}}" },
        { "ES384", $"{{{P384},\"alg\":\"ES384\"}}" },
        { "ES512", $"{{{P521},\"use\":\"sig\"}}" },
    };

    public static TheoryData<string, string> BadKeys
    {
        get
        {
            var zeros = TokenForge.Encode(new byte[32]);
            var y = P256[P256.IndexOf("\"y\"", StringComparison.Ordinal)..];
            return new()
            {
                { "fewer than 2048", $"{{{WeakRsa}}}" },
                { "fewer than 2048", $"{{{IssuerKey.Rsa(null, bits: 1024).PublicMembers},\"alg\":\"RS256\"}}" },
                { "fewer than 2048", $"{{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"{TokenForge.Encode([.. new byte[200], .. Enumerable.Repeat((byte)0xFF, 128)])}\"}}" },
                { "more than 16384", $"{{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"{TokenForge.Encode([.. Enumerable.Repeat((byte)0xFF, 2049)])}\"}}" },
                { "no number", $"{{{Rsa.Replace("\"AQAB\"", "\"AQ\"", StringComparison.Ordinal)}}}" },
                { "no number", $"{{{Rsa.Replace("\"AQAB\"", "\"AA\"", StringComparison.Ordinal)}}}" },
                { "no number", $"{{{Rsa.Replace("\"AQAB\"", "\"AQAA\"", StringComparison.Ordinal)}}}" },
                { "no number", $"{{{Rsa.Replace("\"AQAB\"", $"\"{TokenForge.Encode([.. Enumerable.Repeat((byte)1, 9)])}\"", StringComparison.Ordinal)}}}" },
                { "no number", $"{{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"{TokenForge.Encode([.. Enumerable.Repeat((byte)0xFE, 256)])}\"}}" },
                { "no base64url", $"{{{Rsa.Replace("\"AQAB\"", "\"AQAB==\"", StringComparison.Ordinal)}}}" },
                { "no base64url", """{"kty":"RSA","e":"AQAB"}""" },
                { "no base64url", """{"kty":"RSA","e":"AQAB","n":7}""" },
                { "use", $"{{{Rsa},\"use\":\"enc\"}}" },
                { "use", $"{{{Rsa},\"use\":\"SIG\"}}" },
                { "use", $"{{{Rsa},\"use\":[\"sig\"]}}" },
                { "use", $"{{{Rsa},\"use\":null}}" },
                { "key_ops", $"{{{Rsa},\"key_ops\":[\"sign\"]}}" },
                { "key_ops", $"{{{Rsa},\"key_ops\":[]}}" },
                { "key_ops", $"{{{Rsa},\"key_ops\":\"verify\"}}" },
                { "alg", $"{{{Rsa},\"alg\":\"RSA-OAEP\"}}" },
                { "alg", $"{{{Rsa},\"alg\":\"HS256\"}}" },
                { "alg", $"{{{Rsa},\"alg\":\"none\"}}" },
                { "alg", $"{{{Rsa},\"alg\":\"ES256\"}}" },
                { "alg", $"{{{Rsa},\"alg\":null}}" },
                { "alg", $"{{{P256},\"alg\":\"ES384\"}}" },
                { "alg", $"{{{P256},\"alg\":\"RS256\"}}" },
                { "private", $"{{{Rsa},\"d\":\"AAAA\"}}" },
                { "private", $"{{{P256},\"d\":\"AAAA\"}}" },
                { "kty", $"{{\"kty\":\"oct\",\"k\":\"{zeros}\"}}" },
                { "kty", $"{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"{zeros}\"}}" },
                { "kty", $"{{{Rsa.Replace("\"RSA\"", "\"rsa\"", StringComparison.Ordinal)}}}" },
                { "kty", """{"kid":"a"}""" },
                { "kid", $"{{{Rsa},\"kid\":7}}" },
                { "kid", $"{{{Rsa},\"kid\":\"\"}}" },
                { "kid", $"{{{Rsa},\"kid\":\"a\\r\\nb\"}}" },
                { "kid", $"{{{Rsa},\"kid\":\"{new string('a', 257)}\"}}" },
                { "crv", $"{{{P256.Replace("P-256", "secp256k1", StringComparison.Ordinal)}}}" },
                { "crv", """{"kty":"EC","x":"AAAA","y":"AAAA"}""" },
                { "48 bytes", $"{{{P256.Replace("P-256", "P-384", StringComparison.Ordinal)}}}" },
                { "32 bytes", $"{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",{y}}}" },
                { "no key", $"{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{zeros}\",\"y\":\"{zeros}\"}}" },
                { "no key", $"{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{zeros}\",{y}}}" },
                { "no object", "\"RSA\"" },
                { "no object", "null" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(GoodKeys))]
    public void Key_IsBoundToItsAlgorithms(string algorithms, string json)
    {
        Assert.Equal(algorithms.Split(' '), Read(json, out var fault)?.Algorithms);
        Assert.Null(fault);
    }

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void J3_J14_Key_ThatBreaksARule_IsNotUsed_AndTheReasonIsTold(string reason, string json)
    {
        Assert.Null(Read(json, out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void J2_Key_IsAskedForNoAlgorithmButItsOwn()
    {
        var key = Read($"{{{Rsa},\"alg\":\"RS256\"}}", out _)!;

        Assert.True(key.Key.CryptoProviderFactory.IsSupportedAlgorithm("RS256", key.Key));
        Assert.False(key.Key.CryptoProviderFactory.IsSupportedAlgorithm("RS384", key.Key));
        Assert.False(key.Key.CryptoProviderFactory.IsSupportedAlgorithm("HS256", key.Key));
    }

    [Fact]
    public void J5_Keys_AreFoundByNameAndAlgorithmTogether()
    {
        var keys = TokenKeys.FromIssuer([Read($"{{{Rsa},\"kid\":\"a\"}}", out _)!, Read($"{{{P256},\"kid\":\"a\"}}", out _)!, Read($"{{{P384}}}", out _)!, Read($"{{{Rsa},\"kid\":\"b\"}}", out _)!], "issuer");

        Assert.Equal("RS256", keys.Find("RS256", "a")?.Algorithms[0]);
        Assert.Equal("ES256", keys.Find("ES256", "a")?.Algorithms[0]);
        Assert.Null(keys.Find("ES384", "a"));
        Assert.Null(keys.Find("RS256", "A"));
        Assert.Null(keys.Find("RS256", "c"));
        Assert.Null(keys.Find("RS256", null));
        Assert.NotNull(keys.Find("ES256", null));
        Assert.NotNull(keys.Find("ES384", null));
        Assert.Null(keys.Find("HS256", null));
        Assert.Equal(2, keys.Resolve("a").Count());
        Assert.Empty(keys.Resolve("c"));
        Assert.Equal(4, keys.Resolve(null).Count());
    }

    private static TokenKey? Read(string json, out string? fault)
    {
        using var set = StrictJson.Parse(Encoding.UTF8.GetBytes($"{{\"keys\":[{json}]}}"));
        return PublicKeyReader.Read(set!.RootElement.GetProperty("keys")[0], out fault);
    }
}
