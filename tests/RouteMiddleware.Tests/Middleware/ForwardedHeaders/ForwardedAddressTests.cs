using RouteMiddleware.Middleware.ForwardedHeaders;

namespace RouteMiddleware.Tests.Middleware.ForwardedHeaders;

public sealed class ForwardedAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", true, true)]
    [InlineData("0.0.0.0", true, true)]
    [InlineData("255.255.255.255", true, true)]
    [InlineData("2001:db8::1", true, true)]
    [InlineData("2001:DB8:0:0:0:0:0:1", true, true)]
    [InlineData("::", true, true)]
    [InlineData("::ffff:192.0.2.1", true, true)]
    [InlineData("192.0.2.1:80", false, true)]
    [InlineData("192.0.2.1:65535", false, true)]
    [InlineData("192.0.2.1:65536", false, false)]
    [InlineData("192.0.2.1:0", false, false)]
    [InlineData("192.0.2.1:080", false, false)]
    [InlineData("192.0.2.1:", false, false)]
    [InlineData("[2001:db8::1]", false, true)]
    [InlineData("[2001:db8::1]:443", false, true)]
    [InlineData("[2001:db8::1]443", false, false)]
    [InlineData("[2001:db8::1]:", false, false)]
    [InlineData("[192.0.2.1]", false, false)]
    [InlineData("[]", false, false)]
    [InlineData("[", false, false)]
    [InlineData("1", false, false)]
    [InlineData("3221225985", false, false)]
    [InlineData("0x7f.1", false, false)]
    [InlineData("0x7f.0.0.1", false, false)]
    [InlineData("127.1", false, false)]
    [InlineData("010.0.0.1", false, false)]
    [InlineData("192.0.2.01", false, false)]
    [InlineData("192.0.2.256", false, false)]
    [InlineData("192.0.2", false, false)]
    [InlineData("192.0.2.1.1", false, false)]
    [InlineData("192.0.2.", false, false)]
    [InlineData("192.0.2.-1", false, false)]
    [InlineData("192.0.2.+1", false, false)]
    [InlineData("\"192.0.2.1\"", false, false)]
    [InlineData("192.0.2.1 ", false, false)]
    [InlineData("fe80::1%eth0", false, false)]
    [InlineData("fe80::1%1", false, false)]
    [InlineData("::ffff:192.0.2.01", false, false)]
    [InlineData("::ffff:127.1", false, false)]
    [InlineData("2001:db8::1::", false, false)]
    [InlineData("12345::", false, false)]
    [InlineData("::1/64", false, false)]
    [InlineData("unknown", false, false)]
    [InlineData("_hidden", false, false)]
    [InlineData("localhost", false, false)]
    [InlineData("١٩٢.0.2.1", false, false)]
    [InlineData("", false, false)]
    public void R1_Text_AsAnAddress_CountsOnlyWhereItIsPlain(string text, bool plain, bool withPort)
    {
        Assert.Equal(plain, ForwardedAddress.IsPlain(text));
        Assert.Equal(withPort, ForwardedAddress.IsPlainWithPort(text));
    }
}
