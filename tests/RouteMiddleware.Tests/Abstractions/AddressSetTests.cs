using System.Net;

namespace RouteMiddleware.Tests.Abstractions;

public sealed class AddressSetTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.6", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", true)]
    [InlineData("::ffff:c000:207", "::ffff:192.0.2.7", true)]
    [InlineData("10.0.0.0/8", "9.255.255.255", false)]
    [InlineData("10.0.0.0/8", "10.0.0.0", true)]
    [InlineData("10.0.0.0/8", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.0.0.0", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "0.0.0.0", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("::/0", "192.0.2.7", false)]
    [InlineData("::/0", "::ffff:192.0.2.7", false)]
    [InlineData("2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false)]
    [InlineData("2001:db8::/32", "2001:db8::", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("2001:DB8::1", "2001:db8:0:0:0:0:0:1", true)]
    [InlineData("fe80::1", "fe80::1%3", true)]
    [InlineData("::", "0.0.0.0", false)]
    [InlineData("::192.0.2.7", "192.0.2.7", false)]
    [InlineData("192.0.2.6/31", "192.0.2.7", true)]
    [InlineData("192.0.2.6/31", "192.0.2.8", false)]
    public void Set_OfOneEntry_HoldsExactlyItsAddresses(string entry, string address, bool isHeld)
        => Assert.Equal(isHeld, Read(entry).Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.0/9, 10.128.0.0/9", "9.255.255.255", false)]
    [InlineData("10.0.0.0/9, 10.128.0.0/9", "10.127.255.255", true)]
    [InlineData("10.0.0.0/9, 10.128.0.0/9", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8, 10.0.0.5, 10.2.0.0/16, 12.0.0.1", "10.255.0.0", true)]
    [InlineData("10.0.0.0/8, 10.0.0.5, 10.2.0.0/16, 12.0.0.1", "11.0.0.0", false)]
    [InlineData("10.0.0.0/8, 10.0.0.5, 10.2.0.0/16, 12.0.0.1", "12.0.0.1", true)]
    [InlineData("255.255.255.255, 0.0.0.0, 255.255.255.254", "255.255.255.255", true)]
    [InlineData("255.255.255.255, 0.0.0.0, 255.255.255.254", "0.0.0.1", false)]
    public void Set_OfRangesThatTouchOrOverlap_HoldsTheirUnion(string entries, string address, bool isHeld)
        => Assert.Equal(isHeld, Read(entries.Split(", ")).Contains(IPAddress.Parse(address)));

    [Fact]
    public void Set_OfNothing_HoldsNothing()
    {
        Assert.True(Read().IsEmpty);
        Assert.False(Read().Contains(IPAddress.Loopback));
        Assert.False(Read("::/0").IsEmpty);
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    public void F1_MissingAddress_IsInNoSet(string entry) => Assert.False(Read(entry).Contains(null));

    // The framework takes all of the first two rows; a reader of the settings takes them for something else.
    [Theory]
    [InlineData("1"), InlineData("0x7f.1"), InlineData("010.0.0.1"), InlineData("127.1"), InlineData("0177.0.0.1"), InlineData("0x7f000001")]
    [InlineData("fe80::1%3"), InlineData("fe80::1%eth0"), InlineData("[::1]"), InlineData("[::1]:80"), InlineData("::ffff:010.0.0.1"), InlineData("::ffff:1.2.3")]
    [InlineData(""), InlineData(" "), InlineData("10.0.0.1 "), InlineData("*"), InlineData("localhost"), InlineData("1.2.3.256"), InlineData("1.2.3.4.5"), InlineData("1.2.3.")]
    [InlineData("1.2.3.4:80"), InlineData("1:2:3:4:5:6:7:8:9"), InlineData(":::"), InlineData("::1::"), InlineData("12345::"), InlineData("\u0661.2.3.4"), InlineData("+1.2.3.4")]
    public void Text_ThatIsNoPlainAddress_IsAFault(string text)
        => Assert.Equal($"Ips ('{text}') must be an IPv4 or IPv6 address, or a network such as 10.0.0.0/8 or 2001:db8::/32.", FaultOf(text));

    [Theory]
    [InlineData("10.0.0.0/"), InlineData("10.0.0.0/33"), InlineData("10.0.0.0/08"), InlineData("10.0.0.0/-1"), InlineData("10.0.0.0/8/8"), InlineData("10.0.0.0/255.0.0.0")]
    public void Text_WithAnImpossibleLength_IsAFault(string text)
        => Assert.Equal($"Ips ('{text}') must end with a length of 0 to 32 behind the '/'.", FaultOf(text));

    [Theory]
    [InlineData("2001:db8::/129"), InlineData("::/0128")]
    public void Text_WithAnImpossibleLengthOfSix_IsAFault(string text)
        => Assert.Equal($"Ips ('{text}') must end with a length of 0 to 128 behind the '/'.", FaultOf(text));

    [Theory]
    [InlineData("10.0.0.1/8", 8), InlineData("1.0.0.0/0", 0), InlineData("192.0.2.7/31", 31), InlineData("2001:db8::1/64", 64), InlineData("::1/0", 0), InlineData("::ffff:10.0.0.1/104", 8)]
    public void Text_WithBitsBehindItsLength_IsAFault(string text, int length)
        => Assert.Equal($"Ips ('{text}') must not have bits set behind its /{length}: write the network's first address, or the address alone.", FaultOf(text));

    [Fact]
    public void Parse_OfAMissingTextOrList_DoesNotFail()
    {
        List<string> faults = [];

        Assert.True(AddressSet.Parse("Ips", null, faults).IsEmpty);
        Assert.Empty(faults);
        AddressSet.Parse("Ips", [null, "1"], faults);
        Assert.Equal(2, faults.Count);
    }

    private static AddressSet Read(params string[] texts)
    {
        List<string> faults = [];
        var set = AddressSet.Parse("Ips", texts, faults);
        Assert.Empty(faults);
        return set;
    }

    private static string FaultOf(string text)
    {
        List<string> faults = [];
        Assert.True(AddressSet.Parse("Ips", [text], faults).IsEmpty);
        return Assert.Single(faults);
    }
}
