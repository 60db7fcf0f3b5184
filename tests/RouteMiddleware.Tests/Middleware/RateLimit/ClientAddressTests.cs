using System.Net;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "64:ff9b::192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.7", "64:ff9b::c000:207", true)]
    [InlineData("::ffff:192.0.2.7", "::ffff:192.0.2.8", false)]
    [InlineData("64:ff9b::192.0.2.7", "64:ff9b::192.0.2.8", false)]
    [InlineData("192.0.2.7", "64:ff9b:1::192.0.2.7", false)]
    [InlineData("192.0.2.7", "64:ff9b:0:0:0:1:c000:207", false)]
    [InlineData("192.0.2.7", "::192.0.2.7", false)]
    [InlineData("192.0.2.7", "::fffe:192.0.2.7", false)]
    [InlineData("192.0.2.7", "1::ffff:192.0.2.7", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:0:ffff:192.0.2.7", true)]
    [InlineData("fe80::1%1", "fe80::2%2", true)]
    [InlineData("0.0.0.0", "::", false)]
    [InlineData("127.0.0.1", "::1", false)]
    public void R2_Addresses_OfOneOwner_AreOne(string one, string other, bool areOne)
        => Assert.Equal(areOne, ClientAddress.From(IPAddress.Parse(one)) == ClientAddress.From(IPAddress.Parse(other)));

    [Fact]
    public void R2_NoAddress_IsNobodyElse()
    {
        Assert.Equal(ClientAddress.From(null), ClientAddress.From(null));
        Assert.NotEqual(ClientAddress.From(null), ClientAddress.From(IPAddress.Any));
        Assert.NotEqual(ClientAddress.From(null), ClientAddress.From(IPAddress.IPv6Any));
    }

    [Fact]
    public async Task R2_Limit_OverTheAddressesOfA64_IsOne()
    {
        using var limit = Limits.Create(new ManualClock(), o => o.PermitLimit = 2);

        Assert.Equal(200, await limit.PassAsync("2001:db8::1"));
        Assert.Equal(200, await limit.PassAsync("2001:db8::2"));
        Assert.Equal(429, await limit.PassAsync("2001:db8::3"));
        Assert.Equal(200, await limit.PassAsync("2001:db8:0:1::1"));
        Assert.Equal(200, await limit.PassAsync(address: null));
        Assert.Equal(200, await limit.PassAsync(address: null));
        Assert.Equal(429, await limit.PassAsync(address: null));
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Real-IP")]
    [InlineData("Forwarded")]
    public async Task R1_ForwardedHeaders_OfTheCaller_AreNotRead(string header)
    {
        using var limit = Limits.Create(new ManualClock(), o => o.PermitLimit = 1);
        var first = Limits.From("192.0.2.7");
        first.Request.Headers[header] = "198.51.100.1";
        var second = Limits.From("192.0.2.7");
        second.Request.Headers[header] = "198.51.100.2";

        Assert.Equal(200, await limit.PassAsync(first));
        Assert.Equal(429, await limit.PassAsync(second));
    }
}
