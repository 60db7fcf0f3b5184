namespace RouteMiddleware.Tests.Abstractions;

public sealed class ShortDurationTests
{
    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1D", 86_400_000)]
    [InlineData(" 2s ", 2_000)]
    [InlineData("00:01:30", 90_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("0s", 0)]
    public void Text_OfATimeSpan_IsRead(string text, double milliseconds)
        => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ShortDuration.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData("99999999999999d")]
    [InlineData("-00:00:01")]
    [InlineData("1y")]
    public void Text_OfAnythingElse_IsNotRead(string? text)
    {
        Assert.False(ShortDuration.TryParse(text, out _));
        Assert.Throws<FormatException>(() => ShortDuration.Parse(text!));
    }
}
