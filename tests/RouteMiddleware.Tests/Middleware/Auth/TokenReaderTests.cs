using System.Text;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

public sealed class TokenReaderTests
{
    private const string Good = TokenForge.Header;

    public static TheoryData<string, string> BadHeaders => new()
    {
        { "alg_not_allowed", """{"typ":"JWT"}""" },
        { "alg_not_allowed", """{"alg":null}""" },
        { "alg_not_allowed", """{"alg":["HS256"]}""" },
        { "alg_not_allowed", """{"alg":"none"}""" },
        { "alg_not_allowed", """{"alg":"nOnE"}""" },
        { "alg_not_allowed", """{"alg":""}""" },
        { "alg_not_allowed", """{"alg":"hs256"}""" },
        { "alg_not_allowed", """{"alg":"HS256 "}""" },
        { "alg_not_allowed", """{"alg":"HS384"}""" },
        { "alg_not_allowed", """{"alg":"HS512"}""" },
        { "alg_not_allowed", """{"alg":"RS256"}""" },
        { "alg_not_allowed", """{"alg":"ES256"}""" },
        { "alg_not_allowed", """{"alg":"PS256"}""" },
        { "alg_not_allowed", """{"alg":"EdDSA"}""" },
        { "alg_not_allowed", """{"alg":"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"}""" },
        { "alg_not_allowed", """{"alg":"PBES2-HS256+A128KW","p2c":2147483647,"p2s":"AAAA","enc":"A128GCM"}""" },
        { "header_member", """{"alg":"HS256","crit":["exp"]}""" },
        { "header_member", """{"alg":"HS256","crit":[]}""" },
        { "header_member", """{"alg":"HS256","crit":"b64"}""" },
        { "header_member", """{"alg":"HS256","crit":null}""" },
        { "header_member", """{"alg":"HS256","b64":false}""" },
        { "header_member", """{"alg":"HS256","b64":true}""" },
        { "header_member", """{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}""" },
        { "header_member", """{"alg":"HS256","jku":"http://127.0.0.1:1/keys"}""" },
        { "header_member", """{"alg":"HS256","x5u":"http://127.0.0.1:1/cert"}""" },
        { "header_member", """{"alg":"HS256","x5c":["MIIB"]}""" },
        { "header_member", """{"alg":"HS256","zip":"DEF"}""" },
        { "typ", """{"alg":"HS256","typ":"id+jwt"}""" },
        { "typ", """{"alg":"HS256","typ":"JWE"}""" },
        { "typ", """{"alg":"HS256","typ":"logout+jwt"}""" },
        { "typ", """{"alg":"HS256","typ":""}""" },
        { "typ", """{"alg":"HS256","typ":1}""" },
        { "typ", """{"alg":"HS256","typ":null}""" },
        { "kid", """{"alg":"HS256","kid":"../../etc/passwd"}""" },
        { "kid", """{"alg":"HS256","kid":"/dev/null"}""" },
        { "kid", """{"alg":"HS256","kid":"x' UNION SELECT 'key'--"}""" },
        { "kid", """{"alg":"HS256","kid":"key|whoami"}""" },
        { "kid", """{"alg":"HS256","kid":"$(id)"}""" },
        { "kid", """{"alg":"HS256","kid":"a\r\nSet-Cookie: a=b"}""" },
        { "kid", """{"alg":"HS256","kid":"a\u0000b"}""" },
        { "kid", """{"alg":"HS256","kid":""}""" },
        { "kid", """{"alg":"HS256","kid":7}""" },
        { "kid", """{"alg":"HS256","kid":["a"]}""" },
        { "kid", """{"alg":"HS256","kid":null}""" },
        { "kid", $$"""{"alg":"HS256","kid":"{{new string('a', 257)}}"}""" },
        { "json", """{"alg":"HS256","alg":"HS256"}""" },
        { "json", """{"alg":"none","alg":"HS256"}""" },
        { "json", """{"alg":"HS256","\u0061lg":"none"}""" },
        { "json", """{"alg":"HS256"/* comment */}""" },
        { "json", """{"alg":"HS256",}""" },
        { "json", """{"alg":"HS256"}{}""" },
        { "json", """["HS256"]""" },
        { "json", "\"HS256\"" },
        { "json", "null" },
        { "json", "" + (char)0xFEFF + """{"alg":"HS256"}""" },
        { "json", """{"alg":"HS256","x":"\uD800"}""" },
        { "json", """{"alg":"HS256","\uDC00":1}""" },
        { "json", "{'alg':'HS256'}" },
        { "json", """{"alg":"HS256","x":""" + new string('[', 32) + new string(']', 32) + "}" },
    };

    public static TheoryData<string, string> BadPayloads
    {
        get
        {
            var exp = TokenForge.Seconds(3600);
            TheoryData<string, string> data = new()
            {
                { "time_claim", """{"sub":"42"}""" },
                { "not_yet_valid", $$"""{"exp":{{exp}},"nbf":{{TokenForge.Seconds(31)}}}""" },
                { "not_yet_valid", $$"""{"exp":{{exp}},"iat":{{TokenForge.Seconds(31)}}}""" },
                { "issuer", $$"""{"exp":{{exp}},"iss":["a"]}""" },
                { "issuer", $$"""{"exp":{{exp}},"iss":null}""" },
                { "audience", $$"""{"exp":{{exp}},"aud":[{"a":"b"}]}""" },
                { "audience", $$"""{"exp":{{exp}},"aud":["a",1]}""" },
                { "audience", $$"""{"exp":{{exp}},"aud":{} }""" },
                { "audience", $$"""{"exp":{{exp}},"aud":null}""" },
                { "claim_type", $$"""{"exp":{{exp}},"jti":1}""" },
                { "claim_type", $$"""{"exp":{{exp}},"jti":null}""" },
                { "claim_type", $$"""{"exp":{{exp}},"sub":["a","b"]}""" },
                { "claim_type", $$"""{"exp":{{exp}},"user_id":{"a":1} }""" },
                { "json", $$"""{"exp":{{exp}},"exp":{{exp}}}""" },
                { "json", $$"""{"exp":{{exp}},"a":{"b":1,"b":2} }""" },
                { "json", $$"""{"exp":{{exp}},"name":"\uD800x"}""" },
                { "json", $$"""{"exp":{{exp}}} //""" },
                { "json", $$"""{"exp":{{exp}},"x":{{new string('[', 32)}}{{new string(']', 32)}} }""" },
                { "json", "" },
                { "json", "[]" },
            };

            foreach (var value in new[] { "null", "\"1893456000\"", "true", "[1893456000]", "{}", "-1", "253402300800", "9223372036854775808", "1e400", "1e20", "-1e400" })
            {
                data.Add("time_claim", $$"""{"exp":{{value}}}""");
                data.Add("time_claim", $$"""{"exp":{{exp}},"nbf":{{value}}}""");
                data.Add("time_claim", $$"""{"exp":{{exp}},"iat":{{value}}}""");
            }

            data.Add("json", """{"exp":NaN}""");
            data.Add("json", """{"exp":Infinity}""");
            data.Add("json", """{"exp":0x70DBD880}""");
            data.Add("json", """{"exp":01893456000}""");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void J1_J2_J3_J4_J5_J6_J10_J11_Header_ThatBreaksARule_IsRefusedForIt(string reason, string header)
        => Assert.Equal(reason, Read(TokenForge.Sign(header, TokenForge.Payload()))?.Reason);

    [Theory]
    [MemberData(nameof(BadPayloads))]
    public void J8_J9_J11_Payload_ThatBreaksARule_IsRefusedForIt(string reason, string payload)
        => Assert.Equal(reason == "json" && payload.Length == 0 ? "encoding" : reason, Read(TokenForge.Sign(Good, payload))?.Reason);

    [Theory]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","typ":"jwt"}""")]
    [InlineData("""{"typ":"AT+JWT","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","kid":"2030-01:key_1~a=b@c.d+e/f"}""")]
    [InlineData("""{"alg":"HS256","x5t":"AAAA","anything":{"else":[1,2]}}""")]
    [InlineData(""" { "alg" : "HS256" } """)]
    [InlineData("""{"alg":"\u0048S256"}""")]
    public void Header_InAnAllowedForm_IsAccepted(string header) => Assert.Null(Read(TokenForge.Sign(header, TokenForge.Payload())));

    [Theory]
    [InlineData("\"nbf\":1893499230")]
    [InlineData("\"nbf\":0")]
    [InlineData("\"nbf\":1893499230.9")]
    [InlineData("\"nbf\":1.8934992e9")]
    [InlineData("\"aud\":\"any\"")]
    [InlineData("\"aud\":[\"any\",\"other\"]")]
    [InlineData("\"aud\":[]")]
    [InlineData("\"user_id\":42")]
    [InlineData("\"emoji\":\"\\uD83D\\uDE00\"")]
    [InlineData("\"a\":{\"a\":1},\"b\":{\"a\":1}")]
    public void Payload_InAnAllowedForm_IsAccepted(string more)
    {
        Assert.Equal(1893499200, TokenForge.Seconds(0));
        Assert.Null(Read(TokenForge.Good(more)));
    }

    [Fact]
    public void J11_Payload_WithBrokenUtf8_IsRefused()
    {
        byte[] payload = [.. Encoding.UTF8.GetBytes("""{"exp":1893502800,"name":" """), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\"}")];
        byte[] overlong = [.. Encoding.UTF8.GetBytes("""{"exp":1893502800,"name":" """), 0xC0, 0xAF, .. Encoding.UTF8.GetBytes("\"}")];

        Assert.Equal("json", Read(TokenForge.Sign(Encoding.UTF8.GetBytes(Good), payload))?.Reason);
        Assert.Equal("json", Read(TokenForge.Sign(Encoding.UTF8.GetBytes(Good), overlong))?.Reason);
    }

    [Theory]
    [InlineData(30, null)]
    [InlineData(31, "json")]
    public void J11_Payload_AtTheDepthLimit_IsReadAndNotBeyond(int arrays, string? reason)
        => Assert.Equal(reason, Read(TokenForge.Good($"\"x\":{{\"y\":{new string('[', arrays)}{new string(']', arrays)}}}"))?.Reason);

    [Theory]
    [InlineData("iss", "\"https://issuer.example\"", null)]
    [InlineData("iss", "\"https://issuer.example/\"", "issuer")]
    [InlineData("iss", "\"https://issuer.exampl\"", "issuer")]
    [InlineData("iss", "\"HTTPS://issuer.example\"", "issuer")]
    [InlineData("iss", "\"https://issuer.example.evil.example\"", "issuer")]
    [InlineData("iss", "\"https://issuer.example\\u0000\"", "issuer")]
    [InlineData("iss", "[\"https://issuer.example\"]", "issuer")]
    [InlineData("none", "1", "issuer")]
    public void J9_Issuer_IsComparedExactly(string member, string value, string? reason)
        => Assert.Equal(reason, Read(TokenForge.Good($"\"{member}\":{value}"), o => o.Issuer = "https://issuer.example")?.Reason);

    [Theory]
    [InlineData("aud", "\"orders\"", null)]
    [InlineData("aud", "[\"other\",\"orders\"]", null)]
    [InlineData("aud", "\"order\"", "audience")]
    [InlineData("aud", "\"orders2\"", "audience")]
    [InlineData("aud", "\"Orders\"", "audience")]
    [InlineData("aud", "\"other orders\"", "audience")]
    [InlineData("aud", "[]", "audience")]
    [InlineData("aud", "[\"orders\",{}]", "audience")]
    [InlineData("aud", "[[\"orders\"]]", "audience")]
    [InlineData("aud", "{\"orders\":1}", "audience")]
    [InlineData("none", "1", "audience")]
    public void J9_Audience_IsComparedExactly(string member, string value, string? reason)
        => Assert.Equal(reason, Read(TokenForge.Good($"\"{member}\":{value}"), o => o.Audience = "orders")?.Reason);

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "too_long")]
    public void J13_Token_AtTheLengthLimit_IsReadAndNotBeyond(int over, string? reason)
    {
        // The claim's length makes 16,384 characters exactly: header, payload and signature are 36 + x + 43 and two dots.
        var empty = TokenForge.Good("\"x\":\"\"");
        var missing = TokenReader.MaxLength - empty.Length;
        var token = TokenForge.Good($"\"x\":\"{new string('a', (missing * 3 / 4) - 3)}\"");

        while (token.Length < TokenReader.MaxLength)
        {
            token = TokenForge.Good($"\"x\":\"{new string('a', TokenForge.PayloadOf(token).GetProperty("x").GetString()!.Length + 1)}\"");
        }

        Assert.Equal(TokenReader.MaxLength, token.Length);
        Assert.Equal(reason, Read(token + new string('A', over))?.Reason);
    }

    private static TokenFault? Read(string token, Action<AuthOptions>? configure = null)
    {
        List<string> faults = [];
        var rules = TokenRules.Read(AuthRig.Options(configure), faults);
        Assert.Empty(faults);

        var fault = new TokenReader(rules!).Read(token, rules!.SecretKeys, TokenForge.Now, out var content);
        Assert.Equal(fault is null, content is not null);
        return fault;
    }
}
