using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.SecurityHeaders;

namespace RouteMiddleware.Tests.Middleware.SecurityHeaders;

public sealed class HeaderPlanTests
{
    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new SecurityHeadersOptions();

        Assert.Empty(options.Headers);
        Assert.Equal(
            (true, 31_536_000L, true, "default-src 'self'", false),
            (options.EnableHsts, options.HstsMaxAge, options.HstsIncludeSubDomains, options.ContentSecurityPolicy, options.Overwrite));
        Assert.Equal(7, new HeaderPlan(options).Always.Length);
    }

    [Theory]
    [InlineData("X-Own", "1", null)]
    [InlineData("X-Own", "tab\tand ~", null)]
    [InlineData("", "1", "names ''")]
    [InlineData("X Own", "1", "names 'X Own'")]
    [InlineData("X-Own:", "1", "names 'X-Own:'")]
    [InlineData("X-Own", "two\nlines", "U+000A at position 3")]
    [InlineData("X-Own", "a\rb", "U+000D at position 1")]
    [InlineData("X-Own", "a\u007f", "U+007F at position 1")]
    [InlineData("X-Own", "naïve", "U+00EF at position 2")]
    [InlineData("content-length", "1", "can't be the same on every answer")]
    [InlineData("Set-Cookie", "a=b", "can't be the same on every answer")]
    [InlineData("Transfer-Encoding", "", "can't be the same on every answer")]
    public void Header_OfTheMap_IsCheckedAtStart(string name, string value, string? fault)
    {
        var faults = FaultsOf(new() { Headers = { [name] = value } });

        Assert.Equal(fault is null ? 0 : 1, faults.Length);
        Assert.All(faults, found => Assert.Contains(fault!, found, StringComparison.Ordinal));
    }

    [Fact]
    public void Value_WithBlanksAround_IsTrimmed()
        => Assert.Equal("1", new HeaderPlan(new() { Headers = { ["X-Own"] = " 1\t" } }).Always.Single(static header => header.Key is "X-Own").Value);

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public void HstsMaxAge_BelowZero_IsAFault(long maxAge, int faults) => Assert.Equal(faults, FaultsOf(new() { HstsMaxAge = maxAge }).Length);

    [Theory]
    [InlineData("default-src 'self'", "img-src *", 0)]
    [InlineData("img-src *", "img-src *", 0)]
    [InlineData("script-src *", "img-src *", 1)]
    [InlineData("script-src *", "", 1)]
    public void Policy_SetInBothPlacesDifferently_IsAFault(string option, string map, int faults)
        => Assert.Equal(faults, FaultsOf(new() { ContentSecurityPolicy = option, Headers = { ["content-security-policy"] = map } }).Length);

    [Fact]
    public void Faults_OfAllKinds_AreReportedTogether()
    {
        var faults = FaultsOf(new()
        {
            HstsMaxAge = -5,
            ContentSecurityPolicy = "default-src 'self';\nimg-src *",
            Headers = new Dictionary<string, string?>(StringComparer.Ordinal) { ["X Own"] = "1", ["X-Two"] = "é", ["X-A"] = "1", ["x-a"] = "2" },
        });

        Assert.Collection(
            faults,
            static fault => Assert.Equal("HstsMaxAge must be 0 or more seconds, but is -5.", fault),
            static fault => Assert.StartsWith("Headers names 'X Own'", fault, StringComparison.Ordinal),
            static fault => Assert.StartsWith("Headers names 'x-a' twice", fault, StringComparison.Ordinal),
            static fault => Assert.StartsWith("The value of 'Content-Security-Policy'", fault, StringComparison.Ordinal),
            static fault => Assert.StartsWith("The value of 'X-Two'", fault, StringComparison.Ordinal));
    }

    private static string[] FaultsOf(SecurityHeadersOptions options)
        => Record.Exception(() => new HeaderPlan(options)) is OptionsValidationException error ? [.. error.Failures] : [];
}
