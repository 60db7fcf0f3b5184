namespace RouteMiddleware.Tests.Abstractions;

public sealed class LogTextTests
{
    private static readonly SensitiveNames Names = new(["token", "code"]);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\tc", "a\\r\\nb\\tc")]
    [InlineData("\u001b[31m\0\u007f\u0085", "\\u001B[31m\\u0000\\u007F\\u0085")]
    [InlineData("a\u2028b\u2029\u202e\ufeff\u200b", "a\\u2028b\\u2029\\u202E\\uFEFF\\u200B")]
    [InlineData("smile \ud83d\ude00 æ", "smile \ud83d\ude00 æ")]
    [InlineData("{0} ${jndi:ldap://x} %n", "{0} ${jndi:ldap://x} %n")]
    public void L1_OnOneLine_EscapesWhatIsNoText(string text, string expected) => Assert.Equal(expected, LogText.OnOneLine(text));

    [Fact]
    public void L1_OnOneLine_EscapesHalfCharacters() => Assert.Equal("\\uD800x\\uDC00", LogText.OnOneLine("\ud800x\udc00"));

    [Theory]
    [InlineData(1023, 1023)]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1025)]
    [InlineData(99_999, 1025)]
    public void L6_Cut_LeavesOneKibibyte(int length, int expected) => Assert.Equal(expected, LogText.Cut(new string('a', length)).Length);

    [Fact]
    public void L6_Cut_DoesNotHalveACharacter() => Assert.Equal("a…", LogText.Cut("a\ud83d\ude00b", 2));

    [Theory]
    [InlineData("?a=1&token=2&b=3", "?a=1&token=***&b=3")]
    [InlineData("token=2", "token=***")]
    [InlineData("?token=a=b&x", "?token=***&x")]
    [InlineData("?%74oken=2", "?%74oken=***")]
    [InlineData("?TOKEN=2&Access_Token=3", "?TOKEN=***&Access_Token=***")]
    [InlineData("?token&code=", "?token&code=")]
    [InlineData("?zipcode=8000", "?zipcode=8000")]
    [InlineData("?", "?")]
    [InlineData("", "")]
    [InlineData("?&&=&=x&%&%zz=1", "?&&=&=x&%&%zz=1")]
    public void L2_Query_MasksTheValuesOfSensitiveKeys(string query, string expected) => Assert.Equal(expected, LogText.Query(query, Names));

    [Fact]
    public void Query_WithoutSecrets_IsTheSameText()
    {
        const string query = "?page=2&sort=name&size=50";
        Assert.Same(query, LogText.Query(query, Names));
    }

    [Theory]
    [InlineData("https://example.com/a?b=1&token=2#c", "https://example.com/a?b=1&token=***")]
    [InlineData("https://example.com/cb#token=2", "https://example.com/cb#token=***")]
    [InlineData("https://ann@example.com/a", "https://***@example.com/a")]
    [InlineData("/a?code=1", "/a?code=***")]
    [InlineData("/a", "/a")]
    public void L2_Url_MasksItsQueryAndFragment(string url, string expected) => Assert.Equal(expected, LogText.Url(url, Names));

    [Theory]
    [InlineData("nothing here 4.50", "nothing here 4.50")]
    [InlineData("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123 b", "a *** b")]
    [InlineData("eyJhbGciOiJSU0EifQ.a.b.c.d!", "***!")]
    [InlineData("/x/eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "/x/***")]
    [InlineData("cut eyJhbGciOi", "cut ***")]
    [InlineData("keyJoin.er eyJ", "keyJoin.er eyJ")]
    [InlineData("card 4111 1111 1111 1111.", "card ***.")]
    [InlineData("4111-1111-1111-1111", "***")]
    [InlineData("378282246310005", "***")]
    [InlineData("4111111111111112", "4111111111111112")]
    [InlineData("41111111111111111111111", "41111111111111111111111")]
    [InlineData("x4111111111111111", "x4111111111111111")]
    [InlineData("mail ann.lee+x@example.com now", "mail ***@example.com now")]
    [InlineData("ann%40example.com", "***%40example.com")]
    [InlineData("a @ b, @here, x@y", "a @ b, @here, ***@y")]
    [InlineData("x@y z", "x@y z")]
    public void L2_Patterns_AreMasked(string text, string expected) => Assert.Equal(expected, SecretPatterns.Mask(text));

    [Theory]
    [InlineData("eyJ")]
    [InlineData("eyJ.")]
    [InlineData(" eyJa")]
    [InlineData("a@")]
    [InlineData("%40")]
    [InlineData("4 ")]
    [InlineData("41-")]
    [InlineData("a")]
    public void L9_Patterns_TakeLinearTime(string part)
    {
        var once = Steps(64 * 1024);
        var fourTimes = Steps(256 * 1024);

        // Eight times as long is far from the sixteen of a square, and leaves room for a busy machine.
        Assert.True(fourTimes < (once * 8) + TimeSpan.TicksPerSecond, $"{once} ticks grew to {fourTimes}.");

        long Steps(int length)
        {
            var text = string.Concat(Enumerable.Repeat(part, length / part.Length));
            var start = TimeProvider.System.GetTimestamp();
            SecretPatterns.Mask(text);
            return TimeProvider.System.GetElapsedTime(start).Ticks;
        }
    }
}
