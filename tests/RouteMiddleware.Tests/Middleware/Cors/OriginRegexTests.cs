using System.Text.RegularExpressions;
using RouteMiddleware.Middleware.Cors;

namespace RouteMiddleware.Tests.Middleware.Cors;

public sealed class OriginRegexTests
{
    [Theory]
    [InlineData(@"https://\w+\.example\.com", "https://app.example.com", true)]
    [InlineData(@"https://\w+\.example\.com", "https://app.example.com.evil.com", false)]
    [InlineData(@"https://\w+\.example\.com", "https://evil.com-app.example.com", false)]
    [InlineData(@"https://\w+\.example\.com", "https://app.example.com:8443", false)]
    [InlineData(@"https://\w+\.EXAMPLE\.com", "https://App.example.COM", true)]
    [InlineData(@"https://app.example\.com", "https://appXexample.com", true)] // an unescaped dot is any character: documented
    [InlineData(@"https://app\.example\.com", "https://appxexample.com", false)]
    [InlineData(@"https://a\.com|https://b\.com", "https://b.com", true)]
    [InlineData(@"https://a\.com|https://b\.com", "https://b.com.evil.com", false)]
    [InlineData(@"https://a\.com|https://b\.com", "https://evil.com", false)]
    [InlineData(@"^https://a\.com$", "https://a.com", true)]
    [InlineData(".*", "https://a.com", true)]
    [InlineData(".*", "garbage", false)]
    [InlineData(".*", "https://a.com/", false)]
    [InlineData(@"http://localhost:\d+", "http://localhost:5173", true)]
    public async Task Regex_OfTheOption_MatchesTheWholeOrigin(string regex, string origin, bool isAllowed)
    {
        await using var app = await CorsApp.StartAsync(o => o.AllowOriginRegex = regex);

        var reply = await app.SendAsync("GET", "/", origin);

        Assert.Equal(isAllowed ? origin.ToLowerInvariant() : null, reply.AllowOrigin);
        Assert.Equal("Origin", reply.Vary);
    }

    [Theory]
    [InlineData("(?=https)https://a", "lookarounds")]
    [InlineData(@"(https)://\1", "lookarounds")]
    [InlineData("https://(", "no regular expression")]
    [InlineData("a)|(b", "no regular expression")]
    public async Task C5_RegexWithoutABoundOnItsTime_IsRefusedAtStart(string regex, string fault)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => CorsApp.StartAsync(o => o.AllowOriginRegex = regex));

        Assert.Contains($"AllowOriginRegex ('{regex}')", error.Message, StringComparison.Ordinal);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C5_RegexThatWouldBacktrack_AnswersAtOnce()
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOriginRegex = @"https://((a+)+)+\.example\.com");

        var reply = await app.SendAsync("GET", "/", $"https://{new string('a', 60)}.{new string('a', 60)}.example.org");

        Assert.Equal(200, reply.Status);
        Assert.Null(reply.AllowOrigin);
    }

    [Fact]
    public void C5_RegexBeyondItsTime_DoesNotMatch()
    {
        var slow = new Regex("^(a|aa)+$", RegexOptions.ExplicitCapture, TimeSpan.FromMilliseconds(1));
        var origin = new string('a', 60) + "!";

        Assert.Throws<RegexMatchTimeoutException>(() => slow.IsMatch(origin));
        Assert.False(OriginRules.IsMatch(slow, origin));
    }
}
