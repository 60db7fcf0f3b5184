using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>Tokens of an OpenID Connect issuer over real sockets: whose are accepted, and whose are not.</summary>
public sealed class AuthorityTests
{
    public static TheoryData<string, string> Algorithms
    {
        get
        {
            TheoryData<string, string> data = [];

            foreach (var algorithm in new[] { "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512" })
            {
                data.Add(algorithm, "");
                data.Add(algorithm, $",\"use\":\"sig\",\"alg\":\"{algorithm}\",\"key_ops\":[\"verify\"],\"x5c\":[\"not looked at\"]");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Token_OfTheIssuer_IsAccepted(string algorithm, string more)
    {
        await using var issuer = await FakeIssuer.StartAsync(Key("one", algorithm, more), IssuerKey.Rsa("two"), IssuerKey.Ec("three"));
        await using var rig = await IssuerRig.StartAsync(issuer);

        using var answer = await rig.GetAsync(issuer.Token());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("42", await answer.Content.ReadAsStringAsync());
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));
        Assert.Equal(401, await rig.StatusAsync(Key("one", algorithm, more).Sign(issuer.Payload())));
    }

    [Theory]
    [InlineData("\"iss\":\"{0}\",\"aud\":\"orders\"", 200)]
    [InlineData("\"iss\":\"{0}\",\"aud\":[\"other\",\"orders\"]", 200)]
    [InlineData("\"iss\":\"{0}\",\"aud\":\"other\"", 401)]
    [InlineData("\"iss\":\"{0}\"", 401)]
    [InlineData("\"iss\":\"{0}/\",\"aud\":\"orders\"", 401)]
    [InlineData("\"iss\":\"https://other.example\",\"aud\":\"orders\"", 401)]
    [InlineData("\"aud\":\"orders\"", 401)]
    public async Task J9_IssuerAndAudience_AreTheConfiguredOnes(string claims, int expected)
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("one"));
        await using var rig = await IssuerRig.StartAsync(issuer);

        // Also as the very first token, before the issuer's name is known.
        var token = issuer.Keys[0].Sign(TokenForge.Payload(string.Format(CultureInfo.InvariantCulture, claims, issuer.Authority)));
        Assert.Equal(expected, await rig.StatusAsync(token));
        Assert.Equal(expected, await rig.StatusAsync(token));
    }

    [Fact]
    public async Task Issuer_OfTheOptions_WinsOverTheDocuments()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("one"));
        await using var rig = await IssuerRig.StartAsync(issuer, new KeyValuePair<string, string?>("RouteMiddleware:Auth:Issuer", "https://public.example"));

        Assert.Equal(401, await rig.StatusAsync(issuer.Token()));
        Assert.Equal(200, await rig.StatusAsync(issuer.Keys[0].Sign(TokenForge.Payload("\"iss\":\"https://public.example\",\"aud\":\"orders\""))));
    }

    [Fact]
    public async Task Audience_OfAStar_AcceptsAny()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("one"));
        await using var rig = await IssuerRig.StartAsync(issuer, new KeyValuePair<string, string?>("RouteMiddleware:Auth:Audience", "*"));

        Assert.Equal(200, await rig.StatusAsync(issuer.Keys[0].Sign(issuer.Payload(audience: "any"))));
        Assert.Equal(200, await rig.StatusAsync(issuer.Keys[0].Sign(TokenForge.Payload($"\"iss\":\"{issuer.Authority}\""))));
    }

    [Fact]
    public async Task Issuer_ThatEndsInASlash_IsTheSame()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Ec("one"));
        issuer.Discovery = (context, good) => WriteAsync(context, good.Replace($"\"{issuer.Authority}\"", $"\"{issuer.Authority}/\"", StringComparison.Ordinal));
        await using var rig = await IssuerRig.StartAsync(issuer);

        // Tokens have the name as the document has it.
        Assert.Equal(401, await rig.StatusAsync(issuer.Token()));
        Assert.Equal(200, await rig.StatusAsync(issuer.Keys[0].Sign(TokenForge.Payload($"\"iss\":\"{issuer.Authority}/\",\"aud\":\"orders\""))));
    }

    [Fact]
    public async Task J2_Secret_MadeOfThePublicKey_IsRefused()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("rsa"), IssuerKey.Ec("ec"));
        await using var rig = await IssuerRig.StartAsync(issuer);
        Assert.Equal(200, await rig.StatusAsync(issuer.Token()));

        foreach (var key in issuer.Keys)
        {
            foreach (var secret in key.PublicForms)
            {
                foreach (var named in new[] { $",\"kid\":\"{key.Id}\"", "" })
                {
                    var input = $"{TokenForge.Encode($"{{\"alg\":\"HS256\"{named}}}")}.{TokenForge.Encode(issuer.Payload())}";
                    Assert.Equal(401, await rig.StatusAsync($"{input}.{TokenForge.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)))}"));
                }
            }
        }
    }

    [Fact]
    public async Task J1_J2_J3_Algorithm_ThatIsNotTheKeys_IsRefused()
    {
        var rsa = IssuerKey.Rsa("rsa", more: ",\"alg\":\"RS256\"");
        var ec = IssuerKey.Ec("ec");
        await using var issuer = await FakeIssuer.StartAsync(rsa, ec);
        await using var rig = await IssuerRig.StartAsync(issuer);
        var payload = issuer.Payload();
        Assert.Equal(200, await rig.StatusAsync(rsa.Sign(payload)));

        foreach (var token in new[]
        {
            rsa.Sign(payload, """{"alg":"RS384","kid":"rsa"}""", "RS384"),
            rsa.Sign(payload, """{"alg":"PS256","kid":"rsa"}""", "PS256"),
            rsa.Sign(payload, """{"alg":"PS256","kid":"rsa"}"""),
            rsa.Sign(payload, """{"alg":"ES256","kid":"ec"}"""),
            rsa.Sign(payload, """{"alg":"ES256","kid":"rsa"}"""),
            ec.Sign(payload, """{"alg":"RS256","kid":"rsa"}"""),
            ec.Sign(payload, """{"alg":"ES384","kid":"ec"}""", "ES384"),
            ec.Sign(payload, """{"alg":"RS256","kid":"ec"}"""),
            ec.Sign(payload, """{"alg":"ES256","kid":"rsa"}"""),
            ec.Sign(payload, """{"alg":"es256","kid":"ec"}"""),
            ec.Sign(payload, """{"alg":"ES256K","kid":"ec"}"""),
            $"{TokenForge.Encode("""{"alg":"none","kid":"rsa"}""")}.{TokenForge.Encode(payload)}.",
        })
        {
            Assert.Equal(401, await rig.StatusAsync(token));
        }
    }

    [Fact]
    public async Task J3_Algorithms_OfTheOptions_AreAnAllowList()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("rsa"), IssuerKey.Ec("ec"));
        await using var rig = await IssuerRig.StartAsync(issuer, new KeyValuePair<string, string?>("RouteMiddleware:Auth:Algorithms:0", "ES256"));

        Assert.Equal(401, await rig.StatusAsync(issuer.Token(issuer.Keys[0])));
        Assert.Equal(200, await rig.StatusAsync(issuer.Token(issuer.Keys[1])));
    }

    [Theory]
    [InlineData("jku")]
    [InlineData("x5u")]
    [InlineData("jwk")]
    [InlineData("kid")]
    [InlineData("iss")]
    public async Task J4_AddressInTheToken_IsNeverCalled(string member)
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)stranger.LocalEndpoint).Port}/keys");
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("one"));
        await using var rig = await IssuerRig.StartAsync(issuer);
        await rig.StatusAsync(issuer.Token());

        var header = member == "iss" ? """{"alg":"RS256","kid":"one"}""" : $$"""{"alg":"RS256","{{member}}":"{{address}}"}""";
        Assert.Equal(401, await rig.StatusAsync(issuer.Keys[0].Sign(TokenForge.Payload($"\"iss\":\"{address}\",\"aud\":\"orders\""), header)));
        await rig.Source.Fetching;

        Assert.False(stranger.Pending());
        Assert.All(issuer.Paths, static path => Assert.Contains(path, (string[])["/realm/.well-known/openid-configuration", "/realm/keys"]));
    }

    [Fact]
    public async Task J7_Signature_ThatIsForged_IsRefused()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Rsa("rsa"), IssuerKey.Ec("ec"));
        await using var rig = await IssuerRig.StartAsync(issuer);
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

        foreach (var key in issuer.Keys)
        {
            var parts = issuer.Token(key).Split('.');
            var signature = System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]);
            byte[][] forged =
            [
                new byte[signature.Length],
                [.. Enumerable.Repeat((byte)0xFF, signature.Length)],
                signature[..^1],
                [.. signature, 0],
                [0, .. signature],
                [.. signature[..^1], (byte)(signature[^1] ^ 1)],
                [.. new byte[32], .. order],
                [.. order, .. order],
                [.. order, .. new byte[32]],
                [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
                [0],
            ];

            foreach (var bytes in forged)
            {
                Assert.Equal(401, await rig.StatusAsync($"{parts[0]}.{parts[1]}.{TokenForge.Encode(bytes)}"));
            }

            Assert.Equal(401, await rig.StatusAsync($"{parts[0]}.{TokenForge.Encode(issuer.Payload("\"role\":\"admin\""))}.{parts[2]}"));
            Assert.Equal(200, await rig.StatusAsync(string.Join('.', parts)));
        }
    }

    [Fact]
    public async Task J15_RevokedToken_InItsSecondEcdsaForm_IsRefusedToo()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Ec("ec"));
        await using var rig = await IssuerRig.StartAsync(issuer);
        var token = issuer.Token(more: "\"jti\":\"a\"");
        var other = Mirror(token);
        Assert.NotEqual(token, other);
        Assert.Equal(200, await rig.StatusAsync(token));
        Assert.Equal(200, await rig.StatusAsync(other));

        rig.App.App.Services.GetRequiredService<IJwtDenyList>().Revoke("a", TokenForge.Now.AddHours(1));

        Assert.Equal(401, await rig.StatusAsync(token));
        Assert.Equal(401, await rig.StatusAsync(other));
        Assert.Equal(401, await rig.StatusAsync(Mirror(issuer.Token(more: "\"jti\":\"a\""))));
    }

    // (r, s) and (r, n - s) sign the same.
    private static string Mirror(string token)
    {
        var parts = token.Split('.');
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]);
        var order = new BigInteger(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);
        var mirrored = (order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return $"{parts[0]}.{parts[1]}.{TokenForge.Encode([.. signature[..32], .. new byte[32 - mirrored.Length], .. mirrored])}";
    }

    private static IssuerKey Key(string? id, string algorithm, string more) => algorithm[0] == 'E' ? IssuerKey.Ec(id, algorithm, more) : IssuerKey.Rsa(id, algorithm: algorithm, more: more);

    private static Task WriteAsync(Microsoft.AspNetCore.Http.HttpContext context, string text) => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, text);
}
