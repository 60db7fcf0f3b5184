using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.BodyLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.BodyLimit;

public sealed class BodyLimitOptionsTests
{
    [Theory]
    [InlineData("0b", 0)]
    [InlineData("100b", 100)]
    [InlineData("100", 100)]
    [InlineData("512kb", 512 * 1024)]
    [InlineData("512KiB", 512 * 1024)]
    [InlineData(" 1 MB ", 1024 * 1024)]
    [InlineData("1mib", 1024 * 1024)]
    [InlineData("3gb", 3L * 1024 * 1024 * 1024)]
    [InlineData("3GiB", 3L * 1024 * 1024 * 1024)]
    [InlineData("8589934591gb", 8589934591L * 1024 * 1024 * 1024)]
    public void Argument_OfASize_SetsTheLimit(string argument, long expected)
    {
        var options = new BodyLimitOptions();

        ((IAcceptArgument)options).ApplyArgument(argument);

        Assert.Equal(expected, options.MaxBytes);
    }

    [Theory]
    [InlineData("mb")]
    [InlineData("-1mb")]
    [InlineData("+1mb")]
    [InlineData("1.5mb")]
    [InlineData("1e3b")]
    [InlineData("1tb")]
    [InlineData("1m")]
    [InlineData("1mb2")]
    [InlineData("0x10b")]
    [InlineData("8589934592gb")]
    [InlineData("99999999999999999999")]
    public void Argument_ThatIsNoSize_IsRefusedWithASentence(string argument)
    {
        var error = Assert.Throws<FormatException>(() => ((IAcceptArgument)new BodyLimitOptions()).ApplyArgument(argument));

        Assert.StartsWith($"'{argument}' is no size: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MaxBytes_ByDefault_IsTenMebibytes() => Assert.Equal(10_485_760, new BodyLimitOptions().MaxBytes);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void MaxBytes_BelowZero_IsAFault(long value, bool isFault)
    {
        var error = Record.Exception(() => new BodyLimitOptions { MaxBytes = value }.Check());

        Assert.Equal(isFault ? "MaxBytes (-1) must be 0 or more bytes." : null, (error as OptionsValidationException)?.Failures.Single());
    }

    [Fact]
    public async Task Start_WithFaultyLimits_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapPost("/a", static () => "").WithBodyLimit(o => o.MaxBytes = -5);
                app.MapPost("/b", static () => "").WithMiddleware("body_limit:much");
            }));

        Assert.Contains("MaxBytes (-5)", error.Message, StringComparison.Ordinal);
        Assert.Contains("'much' is no size", error.Message, StringComparison.Ordinal);
    }
}
