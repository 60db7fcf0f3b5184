using RouteMiddleware.Middleware.ErrorMonitoring;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

public sealed class ErrorTableTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(300);

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(299, true)]
    [InlineData(300, false)]
    public void Errors_WithinTheWindow_CountTogether(int seconds, bool isRaised)
    {
        var table = Create(threshold: 2);
        Assert.Null(table.Add(500, "/a", null));

        _clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isRaised, table.Add(500, "/a", null) is not null);
    }

    [Fact]
    public void E1_Errors_BeyondTheThreshold_RaiseOneAlertUntilTheWindowIsOver()
    {
        var table = Create(threshold: 10);
        var begin = _clock.GetUtcNow();
        List<Alert> alerts = [];

        AddSome(9);
        Assert.Empty(alerts);
        _clock.Advance(TimeSpan.FromSeconds(1));
        AddSome(1);
        Assert.Equal((10, 500, "/a", 0L, begin, begin.AddSeconds(1), Window), Assert.Single(alerts) is var first ? (first.Count, first.Status, first.Route, first.Suppressed, first.FirstAt, first.LastAt, first.Window) : default);
        AddSome(1_000);
        _clock.Advance(TimeSpan.FromSeconds(299));
        AddSome(1);
        Assert.Single(alerts);

        // The window is over: counted anew.
        _clock.Advance(TimeSpan.FromSeconds(1));
        AddSome(9);
        Assert.Single(alerts);
        AddSome(10);

        Assert.Equal(2, alerts.Count);
        Assert.Equal(1_001, alerts[1].Suppressed);

        void AddSome(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (table.Add(500, "/a", null) is { } alert)
                {
                    alerts.Add(alert);
                }
            }
        }
    }

    [Fact]
    public void Cooldown_OfItsOwn_DecidesHowLongAnAlertSilencesOthers()
    {
        var table = Create(threshold: 1, cooldown: TimeSpan.FromSeconds(10));
        Assert.NotNull(table.Add(500, "/a", null));

        _clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Null(table.Add(500, "/a", null));
        _clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.NotNull(table.Add(500, "/a", null));
    }

    [Fact]
    public void Errors_OfOtherStatusesAndRoutes_CountApart()
    {
        var table = Create(threshold: 2);
        table.Add(500, "/a", null);

        Assert.Null(table.Add(503, "/a", null));
        Assert.Null(table.Add(500, "/b", null));
        Assert.Equal("System.Exception", table.Add(500, "/a", "System.Exception")?.ExceptionType);
    }

    [Fact]
    public void E7_RoutesBeyondTheLimit_CountTogetherUntilOthersAreForgotten()
    {
        var table = Create(threshold: 3, maxEntries: 2);
        table.Add(500, "/a", null);
        table.Add(500, "/b", null);

        Assert.Null(table.Add(500, "/c", null));
        Assert.Null(table.Add(500, "/d", null));
        Assert.Equal("(other)", table.Add(502, "/e", null)?.Route);
        Assert.Equal(2, table.Count);

        _clock.Advance(Window);
        table.Add(500, "/c", null);
        table.Add(500, "/c", null);

        Assert.Equal("/c", table.Add(500, "/c", null)?.Route);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void E7_HundredThousandRoutes_StayWithinTheLimit()
    {
        var table = Create(threshold: 1_000_000, maxEntries: 1_000);

        for (var i = 0; i < 100_000; i++)
        {
            table.Add(500, $"/{i}", null);
            _clock.Advance(TimeSpan.FromMilliseconds(i % 7));
        }

        Assert.InRange(table.Count, 1, 1_000);
    }

    private ErrorTable Create(int threshold, TimeSpan? cooldown = null, int maxEntries = 1_000) => new(threshold, Window, cooldown ?? Window, maxEntries, "Test", _clock);
}
