using RouteMiddleware.Middleware.Cors;

namespace RouteMiddleware.Tests.Middleware.Cors;

public sealed class OriginTextTests
{
    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void Origin_OfALength_IsReadUpToTheLimit(int length, bool isOrigin)
        => Assert.Equal(isOrigin, OriginText.IsOrigin("https://" + new string('a', length - 8)));

    [Theory]
    [InlineData("a://b", true)]
    [InlineData("x-1+.y://b", true)]
    [InlineData("https://a:1", true)]
    [InlineData("https://a:65535", true)]
    [InlineData("https://[::1]:65535", true)]
    [InlineData("https://[2001:db8::7]", true)]
    [InlineData("://b", false)]
    [InlineData("1a://b", false)]
    [InlineData("a b://b", false)]
    [InlineData("https:/a", false)]
    [InlineData("https://", false)]
    [InlineData("https://:80", false)]
    [InlineData("https://a:", false)]
    [InlineData("https://a:0", false)]
    [InlineData("https://a:08", false)]
    [InlineData("https://a:65536", false)]
    [InlineData("https://a:000080", false)]
    [InlineData("https://a:8 ", false)]
    [InlineData("https://a:8:8", false)]
    [InlineData("https://a..b", false)]
    [InlineData("https://a.", false)]
    [InlineData("https://*.b", false)]
    [InlineData("https://[::1", false)]
    [InlineData("https://[127.0.0.1]", false)]
    [InlineData("https://[::1%251]", false)]
    [InlineData("https://[::1%eth0]", false)]
    [InlineData("https://[::1]x", false)]
    [InlineData("https://\u00e6.b", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void Text_ThatBrowsersSend_IsAnOrigin(string text, bool isOrigin) => Assert.Equal(isOrigin, OriginText.IsOrigin(text));

    [Theory]
    [InlineData("HTTPS://A.example.com:443", "https://a.example.com")]
    [InlineData("http://a.example.com:80", "http://a.example.com")]
    [InlineData("http://a.example.com:443", "http://a.example.com:443")]
    [InlineData("https://a.example.com:80", "https://a.example.com:80")]
    [InlineData("app://a:80", "app://a:80")]
    [InlineData("https://[2001:DB8:0:0::7]:443", "https://[2001:db8::7]")]
    [InlineData("https://*.B\u00dcCHER.example:8443", "https://*.xn--bcher-kva.example:8443")]
    public void Entry_OfTheOptions_IsReadAsBrowsersWriteIt(string entry, string expected)
    {
        Assert.Null(OriginText.ReadEntry(entry, out var origin));
        Assert.Equal(expected, origin);
    }
}
