using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Timing;

namespace RouteMiddleware.Tests.Middleware.Timing;

public sealed class TimingOptionsTests
{
    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new TimingOptions();

        Assert.Equal(("X-Response-Time", "0.0000s", false, false), (options.HeaderName, options.Format, options.ProcessTime, options.ServerTiming));
        options.ThrowIfInvalid();
    }

    [Theory]
    [InlineData("X-Took", "0.00ms", 0)]
    [InlineData("", "0.00ms", 1)]
    [InlineData("X Took", "0.00ms", 1)]
    [InlineData("X-Took", "F4", 1)]
    [InlineData("server-timing", "0s", 1)]
    [InlineData("X:Took", "seconds", 2)]
    [InlineData("content-length", "0s", 1)]
    [InlineData("Set-Cookie", "seconds", 2)]
    public void Options_WithFaultyValues_NameEachOfThem(string headerName, string format, int faults)
    {
        var options = new TimingOptions { HeaderName = headerName, Format = format };
        var failures = Record.Exception(options.ThrowIfInvalid) is OptionsValidationException error ? error.Failures.ToArray() : [];

        Assert.Equal(faults, failures.Length);
        Assert.All(failures, static failure => Assert.Matches("^(HeaderName|Format) ", failure));
    }

    [Theory]
    [InlineData("x-process-time", true, 1)]
    [InlineData("X-Process-Time", false, 0)]
    public void HeaderName_OfTheOtherHeader_IsAFaultWhereBothAreSent(string headerName, bool isSent, int faults)
    {
        var options = new TimingOptions { HeaderName = headerName, ProcessTime = isSent };
        var failures = Record.Exception(options.ThrowIfInvalid) is OptionsValidationException error ? error.Failures.ToArray() : [];

        Assert.Equal(faults, failures.Length);
    }
}
