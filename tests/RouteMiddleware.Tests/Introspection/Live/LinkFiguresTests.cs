using RouteMiddleware.Introspection.Live;
using RouteMiddleware.Pipeline;

namespace RouteMiddleware.Tests.Introspection.Live;

public sealed class LinkFiguresTests
{
    [Fact]
    public void Reasons_OfEndlesslyManyCodes_AreEightAtMost()
    {
        var figures = new LinkFigures();

        for (var i = 0; i < 1000; i++)
        {
            figures.Count(TimeSpan.Zero, TimeSpan.Zero, PassOutcome.Refused, $"code_{i}");
        }

        Assert.Equal(8, figures.Reasons.Count());
        Assert.Equal(1000, figures.Reasons.Sum(static reason => reason.Count));
        Assert.Equal(993, figures.Reasons.Single(static reason => reason.Code == "(other)").Count);
    }

    [Fact]
    public async Task Counts_FromManyRequestsAtOnce_AreWhole()
    {
        var figures = new LinkFigures();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                figures.Count(TimeSpan.FromMicroseconds(3), TimeSpan.Zero, (PassOutcome)(i % 4), "code");
            }
        })));

        Assert.Equal((40_000, 10_000, 10_000, 10_000), (figures.Passes, figures.Answered, figures.Refused, figures.Failed));
        Assert.Equal(10_000, figures.Reasons.Single().Count);
    }
}
