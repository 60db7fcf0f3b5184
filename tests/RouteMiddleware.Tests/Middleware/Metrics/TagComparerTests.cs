using RouteMiddleware.Middleware.Metrics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RouteMiddleware.Tests.Middleware.Metrics;

public sealed class TagComparerTests
{
    [Fact]
    public void TagSets_OfTwoMeasurements_AreComparedAsKeysAndAsTheyCome()
    {
        Tag[] tags = [new("route", "/orders"), new("status", 200)];
        Tag[] same = [new("route", "/orders"), new("status", 200)];
        Tag[] other = [new("route", "/orders"), new("status", 404)];

        // Two requests that measure the same for the first time at once are told apart by the keys alone.
        Assert.True(TagComparer.Instance.Equals(tags, same));
        Assert.False(TagComparer.Instance.Equals(tags, other));
        Assert.False(TagComparer.Instance.Equals(tags, [.. same, new("more", 1)]));
        Assert.False(TagComparer.Instance.Equals(tags, null));
        Assert.True(TagComparer.Instance.Equals(tags.AsSpan(), same));
        Assert.False(TagComparer.Instance.Equals(tags.AsSpan(), other));
        Assert.Equal(TagComparer.Instance.GetHashCode(tags), TagComparer.Instance.GetHashCode(same.AsSpan()));
    }
}
