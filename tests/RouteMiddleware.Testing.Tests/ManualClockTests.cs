namespace RouteMiddleware.Testing.Tests;

public sealed class ManualClockTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Clock_StandsStill_UntilItIsMoved()
    {
        var start = _clock.GetUtcNow();
        var stamp = _clock.GetTimestamp();

        Assert.Equal(start, _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(start.AddSeconds(3), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(3), _clock.GetElapsedTime(stamp));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void WallClock_SetAlone_LeavesTimestampsAndTimers()
    {
        var fired = 0;
        using var timer = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var stamp = _clock.GetTimestamp();

        _clock.SetWallClock(new DateTimeOffset(2020, 1, 1, 2, 0, 0, TimeSpan.FromHours(2)));

        Assert.Equal(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), _clock.GetUtcNow());
        Assert.Equal(stamp, _clock.GetTimestamp());
        Assert.Equal(0, fired);
    }

    [Theory]
    [InlineData(999, 0)]
    [InlineData(1000, 1)]
    [InlineData(5000, 1)]
    public void Timer_FiresOnce_WhenItIsDue(int milliseconds, int expected)
    {
        var fired = 0;
        using var timer = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(expected, fired);
    }

    [Fact]
    public void Timers_FireInTheirOrder_EachAtItsOwnMoment()
    {
        var start = _clock.GetUtcNow();
        List<string> fired = [];
        using var late = _clock.CreateTimer(Note, "late", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var often = _clock.CreateTimer(Note, "often", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        using var same = _clock.CreateTimer(Note, "same", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(["often 1", "often 3", "late 5", "same 5", "often 5"], fired);
        Assert.Equal(start.AddSeconds(6), _clock.GetUtcNow());

        void Note(object? name) => fired.Add($"{name} {(_clock.GetUtcNow() - start).TotalSeconds}");
    }

    [Fact]
    public void Timer_MadeByATimer_FiresOnTheSameWay()
    {
        List<double> fired = [];
        var start = _clock.GetUtcNow();
        using var first = _clock.CreateTimer(
            _ => _clock.CreateTimer(_ => fired.Add((_clock.GetUtcNow() - start).TotalSeconds), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([2], fired);
    }

    [Fact]
    public void Timer_ChangedOrDisposed_FiresAccordingly()
    {
        var fired = 0;
        var timer = _clock.CreateTimer(_ => fired++, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, fired);

        Assert.True(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(3, fired);

        timer.Dispose();
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, fired);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public async Task Delay_EndsWithTheClock()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _clock);

        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }

    [Fact]
    public void Zone_IsUtcUnlessGiven()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(3), "test", "test");

        Assert.Equal(TimeZoneInfo.Utc, _clock.LocalTimeZone);
        Assert.Equal(TimeSpan.FromHours(3), new ManualClock(_clock.GetUtcNow(), zone).GetLocalNow().Offset);
    }
}
