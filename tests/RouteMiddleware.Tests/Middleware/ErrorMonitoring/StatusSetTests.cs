using RouteMiddleware.Middleware.ErrorMonitoring;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

public sealed class StatusSetTests
{
    [Theory]
    [InlineData("500-599", "500 503 599", "200 404 499")]
    [InlineData("503", "503", "502 504")]
    [InlineData("100-100", "100", "101")]
    [InlineData("400-599", "400 428 430 599", "399 429")]
    [InlineData("400-599 429", "429", "399")]
    public void R20_Statuses_AreWhatTheTextSays(string texts, string members, string others)
    {
        List<string> faults = [];

        var set = StatusSet.Parse("Statuses", texts.Split(' '), faults);

        Assert.Empty(faults);
        Assert.All(members.Split(' '), status => Assert.True(set.Contains(int.Parse(status))));
        Assert.All(others.Split(' '), status => Assert.False(set.Contains(int.Parse(status))));
        Assert.False(set.Contains(-1));
        Assert.False(set.Contains(600));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5xx")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("0500")]
    [InlineData("+50")]
    [InlineData(" 500")]
    [InlineData("500-")]
    [InlineData("-500")]
    [InlineData("599-500")]
    [InlineData("500-600")]
    [InlineData("500-550-599")]
    [InlineData("500, 502")]
    [InlineData("٥٠٠")]
    public void Text_ThatIsNoStatus_IsAFault(string text)
    {
        List<string> faults = [];

        StatusSet.Parse("Statuses", ["500", text], faults);

        Assert.Equal($"Statuses[1] must be a status from 100 to 599 or a range of them ('503', '500-599'), but is '{text}'.", Assert.Single(faults));
    }

    [Fact]
    public void NoStatusAtAll_IsAFault()
    {
        List<string> faults = [];

        StatusSet.Parse("Statuses", [], faults);

        Assert.StartsWith("Statuses must name a status", Assert.Single(faults), StringComparison.Ordinal);
    }
}
