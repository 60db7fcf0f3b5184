using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.RequestId;

namespace RouteMiddleware.Tests.Middleware.RequestId;

public sealed class RequestIdOptionsTests
{
    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new RequestIdOptions();

        Assert.Equal(("X-Request-ID", true, 128), (options.HeaderName, options.TrustIncoming, options.MaxLength));
        options.ThrowIfInvalid();
    }

    [Theory]
    [InlineData("X-Request-ID", 0, 1)]
    [InlineData("X-Request-ID", 1, 0)]
    [InlineData("X-Request-ID", 1024, 0)]
    [InlineData("X-Request-ID", 1025, 1)]
    [InlineData("", 128, 1)]
    [InlineData("X Request", 128, 1)]
    [InlineData("X-Request:", 128, 1)]
    [InlineData("content-length", 128, 1)]
    [InlineData("Transfer-Encoding", 0, 2)]
    [InlineData("X-Re\r\nquest", -1, 2)]
    public void Options_WithFaultyValues_NameEachOfThem(string headerName, int maxLength, int faults)
    {
        var options = new RequestIdOptions { HeaderName = headerName, MaxLength = maxLength };

        Assert.Equal(faults, FaultsOf(options).Count());
    }

    [Fact]
    public void Options_WithTwoFaultyValues_NameBothWithTheirRules()
        => Assert.Collection(
            FaultsOf(new RequestIdOptions { HeaderName = "a b", MaxLength = 0 }),
            static fault => Assert.Equal("HeaderName must be the name of a header (letters, digits and '-'), but is 'a b'.", fault),
            static fault => Assert.Equal("MaxLength must be 1 to 1024, but is 0.", fault));

    private static IEnumerable<string> FaultsOf(RequestIdOptions options)
        => Record.Exception(options.ThrowIfInvalid) is OptionsValidationException error ? error.Failures : [];
}
