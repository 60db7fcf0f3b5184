using RouteMiddleware.Middleware.Logging;

namespace RouteMiddleware.Tests.Middleware.Logging;

public sealed class JsonMaskTests
{
    private static readonly SensitiveNames Names = new(["password", "pin"]);

    [Theory]
    [InlineData("""{"user":"ann","password":"hunter2","age":3}""", """{"user":"ann","password":"***","age":3}""")]
    [InlineData("""{ "password" : "a\"b\\" , "b": 1 }""", """{ "password" :"***" , "b": 1 }""")]
    [InlineData("""{"pin":1234,"b":true}""", """{"pin":"***","b":true}""")]
    [InlineData("""{"pin":null}""", """{"pin":"***"}""")]
    [InlineData("""{"password":{"old":"a","new":["b",{"c":1}]},"x":2}""", """{"password":"***","x":2}""")]
    [InlineData("""{"password":[],"pin":{},"x":2}""", """{"password":"***","pin":"***","x":2}""")]
    [InlineData("""{"a":{"newPassword":"x"},"b":[{"PIN":"1"}]}""", """{"a":{"newPassword":"***"},"b":[{"PIN":"***"}]}""")]
    [InlineData("""{"passw\u006frd":"x"}""", """{"passw\u006frd":"***"}""")]
    [InlineData("""{"a":"password","b":"pin"}""", """{"a":"password","b":"pin"}""")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("{\"pin\":1}\n{\"pin\":2}", "{\"pin\":\"***\"}\n{\"pin\":\"***\"}")]
    [InlineData("", "")]
    public void L2_SensitiveFields_AreMaskedWhateverTheirValue(string json, string expected) => Assert.Equal(expected, JsonMask.Mask(json, Names));

    [Theory]
    [InlineData("""{"a":1,"password":"hunt""", """{"a":1,"password":"***" """)]
    [InlineData("""{"a":1,"password":""", """{"a":1,"password":"***" """)]
    [InlineData("""{"a":1,"pin":12""", """{"a":1,"pin":"***" """)]
    [InlineData("""{"password":{"a":"x","b":[1""", """{"password":"***" """)]
    [InlineData("""{"a":"half""", """{"a":"half """)]
    [InlineData("""{"passw""", """{"passw """)]
    [InlineData("""{"a":1,"password" """, """{"a":1,"password" """)]
    public void L2_TextsThatWereCut_HideWhatIsCutInASecret(string json, string expected) => Assert.Equal(expected.TrimEnd(), JsonMask.Mask(json, Names).TrimEnd());

    [Theory]
    [InlineData("""{"a":1,,"password":"x"}""")]
    [InlineData("""{"password":'x'}""")]
    [InlineData("""{"password":{"a":x}}""")]
    [InlineData("""{'password':"x"}""")]
    [InlineData("password=x")]
    [InlineData("""{"\ud800":1,"password":"x"}""")]
    [InlineData("""{"a":"b","password":tx}""")]
    public void L2_WhatIsNoJson_IsLeftOut(string json)
    {
        var masked = JsonMask.Mask(json, Names);

        Assert.EndsWith("(not JSON)", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("x", masked, StringComparison.Ordinal);
    }

    [Fact]
    public void L2_EveryPrefixOfADocument_KeepsTheSecret()
    {
        const string json = """{"user":{"name":"æøå 😀","password":"SECRET1"},"list":[{"pin":7777,"password":["SECRET2"]}],"end":true}""";

        for (var length = 0; length <= json.Length; length++)
        {
            var masked = JsonMask.Mask(json[..length], Names);
            Assert.DoesNotContain("SEC", masked, StringComparison.Ordinal);
            Assert.DoesNotContain("77", masked, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void L9_JsonDeeperThanTheReader_IsLeftOut()
        => Assert.EndsWith("(not JSON)", JsonMask.Mask(new string('[', 64 * 1024), Names), StringComparison.Ordinal);
}
