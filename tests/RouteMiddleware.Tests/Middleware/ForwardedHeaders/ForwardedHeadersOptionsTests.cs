using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.ForwardedHeaders;

namespace RouteMiddleware.Tests.Middleware.ForwardedHeaders;

public sealed class ForwardedHeadersOptionsTests
{
    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new ForwardedHeadersOptions();

        Assert.Equal(["::1"], options.KnownProxies);
        Assert.Equal(["127.0.0.0/8"], options.KnownNetworks);
        Assert.Equal(1, options.ForwardLimit);
        Assert.Empty(options.AllowedHosts);
        Assert.Empty(FaultsOf(options));
    }

    [Fact]
    public void Options_WithFaultyValues_NameEachOfThem()
        => Assert.Equal(
            [
                "KnownProxies names '1', which is no address: write 10.0.0.1 or 2001:db8::1.",
                "KnownProxies names 'proxy.example.com', which is no address: write 10.0.0.1 or 2001:db8::1.",
                "KnownNetworks names '10.0.0.0', which is no network: write 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix.",
                "KnownNetworks names '010.0.0.0/8', which is no network: write 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix.",
                "KnownNetworks names '10.0.0.0/33', which is no network: write 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix.",
                "ForwardLimit must be at least 1, but is 0.",
                "AllowedHosts names 'https://example.com', which is no host name: write example.com, *.example.com or *, without scheme and port.",
                "AllowedHosts names 'example.com:80', which is no host name: write example.com, *.example.com or *, without scheme and port.",
                "AllowedHosts names '', which is no host name: write example.com, *.example.com or *, without scheme and port.",
            ],
            FaultsOf(new()
            {
                KnownProxies = ["1", "proxy.example.com", "10.0.0.1"],
                KnownNetworks = ["10.0.0.0", "010.0.0.0/8", "10.0.0.0/33", "2001:db8::/32"],
                ForwardLimit = 0,
                AllowedHosts = ["https://example.com", "example.com:80", "", "*", "*.example.com", "example.com", "192.0.2.1"],
            }));

    [Fact]
    public void Options_ThatKnowNobody_AreRefused()
        => Assert.StartsWith("KnownProxies and KnownNetworks are both empty", Assert.Single(FaultsOf(new() { KnownProxies = [], KnownNetworks = [] })), StringComparison.Ordinal);

    private static IEnumerable<string> FaultsOf(ForwardedHeadersOptions options)
        => Record.Exception(() => new ForwardedHeadersMiddleware(options, NullLoggerFactory.Instance)) is OptionsValidationException error ? error.Failures : [];
}
