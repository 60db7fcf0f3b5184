using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.TrustedHost;

namespace RouteMiddleware.Tests.Middleware.TrustedHost;

public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("example.com", "example.com", HostMatch.Exact)]
    [InlineData("example.com", "EXAMPLE.COM.:8000", HostMatch.Exact)]
    [InlineData("Example.Com.", "example.com", HostMatch.Exact)]
    [InlineData("example.com", "www.example.com", HostMatch.No)]
    [InlineData("example.com", "evilexample.com", HostMatch.No)]
    [InlineData("example.com", "example.com.evil.org", HostMatch.No)]
    [InlineData("*.example.com", "a.example.com", HostMatch.Subdomain)]
    [InlineData("*.example.com", "a.b.EXAMPLE.com.", HostMatch.Subdomain)]
    [InlineData("*.example.com", "evilexample.com", HostMatch.No)]
    [InlineData("*.example.com", "a.example.com.evil.org", HostMatch.No)]
    [InlineData("*", "anything.at.all:1", HostMatch.Any)]
    [InlineData("*", "[::1]", HostMatch.Any)]
    [InlineData("192.0.2.1", "192.0.2.1:80", HostMatch.Exact)]
    [InlineData("192.0.2.1", "192.0.2.2", HostMatch.No)]
    [InlineData("[::1]", "[::1]:8000", HostMatch.Exact)]
    [InlineData("::1", "[0:0:0:0:0:0:0:1]", HostMatch.Exact)]
    [InlineData("[2001:DB8:0::1]", "[2001:db8::1]", HostMatch.Exact)]
    [InlineData("[::1]", "[::2]", HostMatch.No)]
    [InlineData("bücher.example", "xn--bcher-kva.example", HostMatch.Exact)]
    [InlineData("BÜCHER.example", "xn--bcher-kva.example", HostMatch.Exact)]
    [InlineData("xn--bcher-kva.example", "XN--BCHER-KVA.example", HostMatch.Exact)]
    [InlineData("*.bücher.example", "a.xn--bcher-kva.example", HostMatch.Subdomain)]
    [InlineData("例え.jp", "xn--r8jz45g.jp", HostMatch.Exact)]
    public void H4_Host_InAnyOfItsForms_IsFound(string allowed, string host, object expected) => Assert.Equal((HostMatch)expected, Find([allowed], host));

    [Theory]
    [InlineData("example.com", HostMatch.No)]
    [InlineData("example.com.", HostMatch.No)]
    [InlineData("www.example.com", HostMatch.Subdomain)]
    public void H5_Wildcard_DoesNotMatchItsApex(string host, object expected) => Assert.Equal((HostMatch)expected, Find(["*.example.com"], host));

    [Fact]
    public void Hosts_OfSeveralEntries_AreAllAllowed()
    {
        string[] allowed = ["example.com", "*.example.com", "*"];

        Assert.Equal(HostMatch.Exact, Find(allowed, "example.com"));
        Assert.Equal(HostMatch.Any, Find(allowed, "a.example.com"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    [InlineData(".example.com")]
    [InlineData("*example.com")]
    [InlineData("a.*.com")]
    [InlineData("*.*.com")]
    [InlineData("*.")]
    [InlineData("*.192.0.2.1")]
    [InlineData("*.::1")]
    [InlineData("https://example.com")]
    [InlineData("example.com:8000")]
    [InlineData("[::1]:8000")]
    [InlineData("example.com/")]
    [InlineData("bu\u0308cher.example")]
    [InlineData("a..b")]
    [InlineData("127.1")]
    public void Entry_ThatIsNoHost_IsAFault(string? entry)
    {
        var fault = Assert.Single(FaultsOf(new() { AllowedHosts = [entry!] }));

        Assert.StartsWith($"AllowedHosts has '{entry}', which is no host: ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithEveryValueWrong_AreRefusedWithEachFault()
        => Assert.Collection(
            FaultsOf(new() { AllowedHosts = ["a b", "*.*"], WwwRedirect = (WwwRedirect)3 }),
            static fault => Assert.StartsWith("AllowedHosts has 'a b'", fault, StringComparison.Ordinal),
            static fault => Assert.StartsWith("AllowedHosts has '*.*'", fault, StringComparison.Ordinal),
            static fault => Assert.Equal("WwwRedirect (3) must be one of None, ToBare, ToWww.", fault));

    [Fact]
    public void Options_WithoutAHost_AreRefused()
    {
        Assert.StartsWith("AllowedHosts is empty, but required", Assert.Single(FaultsOf(new())), StringComparison.Ordinal);
        Assert.StartsWith("AllowedHosts is empty, but required", Assert.Single(FaultsOf(new() { AllowedHosts = null! })), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new TrustedHostOptions();

        Assert.Empty(options.AllowedHosts);
        Assert.Equal((WwwRedirect.None, false), (options.WwwRedirect, options.AllowEmptyHost));
    }

    private static HostMatch Find(string[] allowed, string host)
    {
        Assert.True(HostText.TryParse(host, out var parsed));
        return new AllowedHosts(new() { AllowedHosts = allowed }).Find(parsed);
    }

    private static string[] FaultsOf(TrustedHostOptions options)
        => Record.Exception(() => new AllowedHosts(options)) is OptionsValidationException error ? [.. error.Failures] : [];
}
