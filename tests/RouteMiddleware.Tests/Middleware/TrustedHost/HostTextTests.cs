using RouteMiddleware.Middleware.TrustedHost;

namespace RouteMiddleware.Tests.Middleware.TrustedHost;

public sealed class HostTextTests
{
    [Theory]
    [InlineData("example.com", "example.com", "", HostKind.Name)]
    [InlineData("EXAMPLE.com.", "EXAMPLE.com", "", HostKind.Name)]
    [InlineData("example.com:0", "example.com", "0", HostKind.Name)]
    [InlineData("example.com:65535", "example.com", "65535", HostKind.Name)]
    [InlineData("example.com.:8000", "example.com", "8000", HostKind.Name)]
    [InlineData("my_service", "my_service", "", HostKind.Name)]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example", "", HostKind.Name)]
    [InlineData("1.example", "1.example", "", HostKind.Name)]
    [InlineData("192.0.2.1:80", "192.0.2.1", "80", HostKind.IPv4)]
    [InlineData("192.0.2.1.", "192.0.2.1", "", HostKind.IPv4)]
    [InlineData("[::1]:8000", "[::1]", "8000", HostKind.IPv6)]
    [InlineData("[::FFFF:192.0.2.1]", "[::FFFF:192.0.2.1]", "", HostKind.IPv6)]
    public void H4_Text_ThatIsAHost_IsTakenApart(string text, string host, string port, object kind)
    {
        Assert.True(HostText.TryParse(text, out var parsed));
        Assert.Equal((host, port, (HostKind)kind), (parsed.Host.ToString(), parsed.Port.ToString(), parsed.Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".example.com")]
    [InlineData("example.com..")]
    [InlineData("a..b")]
    [InlineData(":80")]
    [InlineData("example.com:")]
    [InlineData("example.com:evil")]
    [InlineData("example.com:80:80")]
    [InlineData("example.com:65536")]
    [InlineData("example.com:000080")]
    [InlineData("example.com:+80")]
    [InlineData("example.com: 80")]
    [InlineData("-example.com")]
    [InlineData("example-.com")]
    [InlineData("exam ple.com")]
    [InlineData("example.com/path")]
    [InlineData("user@example.com")]
    [InlineData("example.com\t")]
    [InlineData("bücher.example")]
    [InlineData("ex%61mple.com")]
    [InlineData("a,b")]
    [InlineData("*")]
    [InlineData("*.example.com")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("127.0.0.0x1")]
    [InlineData("0177.0.0.1")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1..2.3")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("[::1]x")]
    [InlineData("[::1].")]
    [InlineData("[::1]:")]
    [InlineData("[]")]
    [InlineData("[1.2.3.4]")]
    [InlineData("[example.com]")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("[fe80::1%1]")]
    [InlineData("[::1/64]")]
    [InlineData("[[::1]]")]
    [InlineData("[::1:80")]
    public void H4_Text_ThatIsNoHost_IsRefused(string text) => Assert.False(HostText.TryParse(text, out _));

    [Theory]
    [InlineData(63, 253, true)]
    [InlineData(64, 253, false)]
    [InlineData(63, 254, false)]
    public void H4_Name_UpToItsLongest_IsTaken(int label, int length, bool expected)
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', label), 5));

        Assert.Equal(expected, HostText.TryParse(name.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData("example.com", "EXAMPLE.COM", true)]
    [InlineData("example.com:80", "example.com", true)]
    [InlineData("example.com:0080", "example.com", true)]
    [InlineData("example.com:81", "example.com", false)]
    [InlineData("example.com", "example.org", false)]
    [InlineData("[::1]", "[0:0::0001]:80", true)]
    [InlineData("[::1]", "[::2]", false)]
    public void H4_Hosts_OfOneCanonicalForm_AreTheSame(string one, string other, bool expected)
    {
        Assert.True(HostText.TryParse(one, out var first));
        Assert.True(HostText.TryParse(other, out var second));

        Assert.Equal(expected, first.IsSameAs(second, 80));
    }
}
