namespace RouteMiddleware.Tests.Abstractions;

public sealed class AliasComparerTests
{
    [Theory]
    [InlineData("rate_limit", "RateLimit", true)]
    [InlineData("rate_limit", "RATE-LIMIT", true)]
    [InlineData("rate_limit", "ratelimits", false)]
    [InlineData("a", "b", false)]
    public void Aliases_AreComparedWithoutCaseAndMarks(string left, string right, bool expected)
    {
        Assert.Equal(expected, AliasComparer.Instance.Equals(left, right));
        Assert.True(!expected || AliasComparer.Instance.GetHashCode(left) == AliasComparer.Instance.GetHashCode(right));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("rate_limit-2", true)]
    [InlineData("", false)]
    [InlineData("2a", false)]
    [InlineData("_a", false)]
    [InlineData("a b", false)]
    [InlineData("a:b", false)]
    [InlineData("ä", false)]
    public void Alias_HasItsForm(string text, bool expected) => Assert.Equal(expected, AliasComparer.IsAlias(text));
}
