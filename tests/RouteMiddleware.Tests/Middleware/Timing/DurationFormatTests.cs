using RouteMiddleware.Middleware.Timing;

namespace RouteMiddleware.Tests.Middleware.Timing;

public sealed class DurationFormatTests
{
    private const long Nanoseconds = 1_000_000_000;

    [Theory]
    [InlineData("0.0000s", 0, "0.0000s")]
    [InlineData("0.0000s", 49_999, "0.0000s")]
    [InlineData("0.0000s", 50_001, "0.0001s")]
    [InlineData("0.0000s", 234_000_000, "0.2340s")]
    [InlineData("0.0000s", 999_949_999, "0.9999s")]
    [InlineData("0.0000s", 999_950_001, "1.0000s")]
    [InlineData("0.0000s", 12_345_678_900, "12.3457s")]
    [InlineData("0", 1_600_000_000, "2")]
    [InlineData("0s", 400_000_000, "0s")]
    [InlineData("0.0", 50_000_001, "0.1")]
    [InlineData("0.0ms", 12_340_000, "12.3ms")]
    [InlineData("0.00ms", 5_001, "0.01ms")]
    [InlineData("0us", 12_345_678, "12346us")]
    [InlineData("0.0000000us", 1, "0.0010000us")]
    [InlineData("0.0000000s", 864_000_000_000_000, "864000.0000000s")]
    public void Time_InAFormat_IsWrittenRounded(string format, long nanoseconds, string expected)
        => Assert.Equal(expected, DurationFormat.TryParse(format)!.Write(nanoseconds, Nanoseconds));

    [Theory]
    [InlineData(10_000_000, 1_234_567, "0.1235s")]
    [InlineData(1_000, 1_234, "1.2340s")]
    [InlineData(3, 1, "0.3333s")]
    public void Time_OfAClockWithAnotherFrequency_IsTheSameTime(long frequency, long elapsed, string expected)
        => Assert.Equal(expected, DurationFormat.TryParse("0.0000s")!.Write(elapsed, frequency));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0.")]
    [InlineData("0.s")]
    [InlineData(".0s")]
    [InlineData("00s")]
    [InlineData("0,0s")]
    [InlineData("0.0m")]
    [InlineData("0.0sms")]
    [InlineData("0.0 s")]
    [InlineData("0.00000000s")]
    [InlineData("1.0s")]
    [InlineData("0.10s")]
    [InlineData("F4")]
    [InlineData("{0:F4}s")]
    [InlineData("0.0s\r\n")]
    public void Format_OfAnotherForm_IsNone(string? format) => Assert.Null(DurationFormat.TryParse(format));

    [Fact]
    public void HeadersOfTheirOwn_HaveTheirForms()
    {
        Assert.Equal("app;dur=12.3", DurationFormat.ServerTiming.Write(12_345_678, Nanoseconds));
        Assert.Equal("0.012346", DurationFormat.ProcessTime.Write(12_345_678, Nanoseconds));
    }
}
