using RouteMiddleware.Settings;

namespace RouteMiddleware.Tests.Settings;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("/health", "/health", true)]
    [InlineData("/health", "/Health/", true)]
    [InlineData("/health", "/health/live", true)]
    [InlineData("/health/", "/health", true)]
    [InlineData("/health", "/healthsecret", false)]
    [InlineData("/health", "/", false)]
    [InlineData("/health", "", false)]
    [InlineData("/health", "/a/health", false)]
    [InlineData("/a/*/c", "/a/b/c", true)]
    [InlineData("/a/*/c", "/a/b/c/d", true)]
    [InlineData("/a/*/c", "/a/c", false)]
    [InlineData("/a/*", "/a", false)]
    [InlineData("/a/**", "/a", true)]
    [InlineData("/a/**", "/a/b/c", true)]
    [InlineData("/a/**", "/ab", false)]
    [InlineData("/**", "/", true)]
    [InlineData("/", "/anything", true)]
    public void Pattern_OverAPath_MatchesBySegment(string pattern, string path, bool expected)
        => Assert.Equal(expected, PathPattern.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("health")]
    [InlineData("")]
    [InlineData("/he*")]
    [InlineData("/a/**/b")]
    [InlineData("/a/***")]
    public void Pattern_OutsideTheForm_IsRefused(string pattern) => Assert.Throws<FormatException>(() => PathPattern.Parse(pattern));
}
