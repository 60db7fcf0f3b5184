using System.Net;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

[Collection(Kit.MeasuredAlone.Name)]
public sealed class PartitionTableTests : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ManualClock _clock = new();
    private readonly LogSink _logs = new();

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding)]
    [InlineData(RateLimitAlgorithm.Fixed)]
    [InlineData(RateLimitAlgorithm.TokenBucket)]
    [InlineData(RateLimitAlgorithm.Concurrency)]
    public void R3_Table_AfterAMillionAddresses_HoldsItsBoundAndThenNothing(RateLimitAlgorithm algorithm)
    {
        using var table = CreateTable(maxPartitions: 100_000, algorithm: algorithm);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 1_000_000; i++)
        {
            var permit = table.Acquire(Key(i), _clock.GetTimestamp(), out var decision, out _);

            if (algorithm == RateLimitAlgorithm.Concurrency && decision.IsAdmitted)
            {
                table.Release(permit, permit.Stamp);
            }
        }

        Assert.Equal(100_000, table.Count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 64 * 1024 * 1024);

        _clock.Advance(Window);
        _clock.Advance(Window);

        Assert.Equal(0, table.Count);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1024 * 1024);
        GC.KeepAlive(table);
    }

    [Fact]
    public async Task R3_Table_FullOfLiveKeys_CountsNewOnesTogether()
    {
        using var limit = CreateLimit(o => (o.PermitLimit, o.MaxPartitions) = (2, 3));
        await PassAsync(limit, 1, 2, 3);

        Assert.Equal("200 200 429", await PassAsync(limit, 4, 5, 6));
        Assert.Equal("200 200 200 429", await PassAsync(limit, 1, 2, 3, 3));
        Assert.Equal(3, limit.PartitionCount);
    }

    [Fact]
    public async Task R3_Table_FullOfKeys_DropsTheIdleOnesFirst()
    {
        using var limit = CreateLimit(o => (o.PermitLimit, o.MaxPartitions) = (1, 3));
        await PassAsync(limit, 1, 2);
        _clock.Advance(Window / 2);
        await PassAsync(limit, 3);
        _clock.Advance(Window / 2);

        Assert.Equal("429 200 200 429 429", await PassAsync(limit, 3, 4, 5, 4, 5));
        Assert.InRange(limit.PartitionCount, 1, 3);
    }

    [Fact]
    public void R3_Table_FullOfIdleKeysBetweenTwoSweeps_HasRoomForEachNewOne()
    {
        using var table = CreateTable(maxPartitions: 9);
        AcquireAll(table, 0, 1);
        _clock.Advance(Window / 2);
        AcquireAll(table, 1, 8);
        _clock.Advance(Window / 2);
        AcquireAll(table, 9, 1);
        _clock.Advance(Window / 2);
        Assert.Equal(9, table.Count);

        Assert.Equal(0, AcquireAll(table, 10, 8));
        Assert.Equal(1, AcquireAll(table, 18, 1));
    }

    [Fact]
    public void R3_Sweep_ForgetsTheSilentThatStandAmongTheLive()
    {
        using var table = CreateTable(maxPartitions: 1_000);
        AcquireAll(table, 0, 100);
        _clock.Advance(Window / 2);
        AcquireAll(table, 0, 50);
        _clock.Advance(Window / 2);
        Assert.Equal(50, table.Count);

        // No request comes any more.
        _clock.Advance(Window);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public async Task R3_Key_CountedWithTheOverflow_GetsNoSecondLimitWhenThereIsRoom()
    {
        using var limit = CreateLimit(o => (o.PermitLimit, o.MaxPartitions) = (2, 1));
        await PassAsync(limit, 1);
        _clock.Advance(Window - TimeSpan.FromSeconds(1));
        Assert.Equal("200 200", await PassAsync(limit, 2, 2));

        // The first caller is idle now: the second gets a place of its own.
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("429", await PassAsync(limit, 2));

        _clock.Advance(Window - TimeSpan.FromSeconds(1));
        Assert.Equal("200 200 429", await PassAsync(limit, 2, 2, 2));
    }

    [Fact]
    public async Task R3_Overflow_OfManyKeys_IsLoggedOnceAMinute()
    {
        using var limit = CreateLimit(o => (o.PermitLimit, o.Window, o.MaxPartitions) = (100, TimeSpan.FromHours(1), 1));

        await PassAsync(limit, 1, 2, 3, 4);
        Assert.Single(Warnings());

        _clock.Advance(TimeSpan.FromSeconds(59));
        await PassAsync(limit, 5);
        Assert.Single(Warnings());

        _clock.Advance(TimeSpan.FromSeconds(1));
        await PassAsync(limit, 6, 7);
        Assert.Equal(2, Warnings().Count());
        Assert.All(Warnings(), static record => Assert.Contains("overflow", record.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void R3_Table_WithARequestNowAndThen_ForgetsTheSilent()
    {
        using var table = CreateTable(maxPartitions: 1_000);

        for (var i = 0; i < 100_000; i++)
        {
            _clock.Advance(Window / 100);
            table.Acquire(Key(i), _clock.GetTimestamp(), out _, out var isOverflow);
            Assert.False(isOverflow);
        }

        Assert.InRange(table.Count, 100, 500);
    }

    [Fact]
    public void R3_Key_WhosePermitsAllCameBack_IsForgotten()
    {
        using var table = CreateTable(maxPartitions: 1_000);
        var permit = table.Acquire(Key(1), _clock.GetTimestamp(), out _, out _);
        Assert.Equal(1, table.Count);

        table.Release(permit, _clock.GetTimestamp());
        Assert.Equal(0, table.Count);

        table.Release(permit, _clock.GetTimestamp());
        Assert.Equal(0, table.Count);
    }

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding)]
    [InlineData(RateLimitAlgorithm.Fixed)]
    [InlineData(RateLimitAlgorithm.TokenBucket)]
    [InlineData(RateLimitAlgorithm.Concurrency)]
    public async Task R4_AMillionAcquisitions_On64Threads_AdmitExactlyTheLimit(RateLimitAlgorithm algorithm)
    {
        const int Keys = 7;
        const int Limit = 10_000;
        using var table = CreateTable(maxPartitions: 100, Limit, algorithm);
        var admitted = new int[Keys];

        await Task.WhenAll(Enumerable.Range(0, 64).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 1_000_000 / 64; i++)
                {
                    var key = (thread + i) % Keys;
                    table.Acquire(Key(key), _clock.GetTimestamp(), out var decision, out _);

                    if (decision.IsAdmitted)
                    {
                        Interlocked.Increment(ref admitted[key]);
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.All(admitted, static count => Assert.Equal(Limit, count));
    }

    [Fact]
    public async Task R4_Acquisitions_WhileKeysComeAndGoInAFullTable_AdmitNoKeyMoreThanItsLimit()
    {
        const int Keys = 40;
        const int Limit = 5;
        using var table = CreateTable(maxPartitions: 8, Limit);
        var admitted = new int[Keys];

        await Task.WhenAll(Enumerable.Range(0, 16).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var key = ((thread * 31) + i) % Keys;
                var permit = table.Acquire(Key(key), _clock.GetTimestamp(), out var decision, out _);

                if (!decision.IsAdmitted)
                {
                    continue;
                }

                // Some give theirs back: their keys go, and others take the places.
                if (i % 2 == 0)
                {
                    table.Release(permit, _clock.GetTimestamp());
                }
                else
                {
                    Interlocked.Increment(ref admitted[key]);
                }
            }
        })));

        Assert.All(admitted, static count => Assert.InRange(count, 0, Limit));
    }

    public void Dispose() => _logs.Dispose();

    private static PartitionKey Key(int number) => new(ClientAddress.From(new IPAddress((uint)number)));

    /// <summary>Returns how many were counted with the overflow.</summary>
    private int AcquireAll(PartitionTable table, int first, int count)
    {
        var overflows = 0;

        for (var i = first; i < first + count; i++)
        {
            table.Acquire(Key(i), _clock.GetTimestamp(), out _, out var isOverflow);
            overflows += isOverflow ? 1 : 0;
        }

        return overflows;
    }

    private static async Task<string> PassAsync(RateLimitMiddleware limit, params int[] hosts)
    {
        var statuses = new int[hosts.Length];

        for (var i = 0; i < hosts.Length; i++)
        {
            statuses[i] = await limit.PassAsync($"192.0.2.{hosts[i]}");
        }

        return string.Join(' ', statuses);
    }

    private PartitionTable CreateTable(int maxPartitions, int limit = 100, RateLimitAlgorithm algorithm = RateLimitAlgorithm.Sliding)
    {
        var rule = new RateLimitRule(limit, Window, cost: 1, _clock.TimestampFrequency);
        return new(
            RateLimitMiddleware.AlgorithmOf(algorithm, rule),
            maxPartitions,
            Window,
            _clock);
    }

    private RateLimitMiddleware CreateLimit(Action<RateLimitOptions> configure)
    {
        var options = new RateLimitOptions();
        configure(options);
        return Limits.Create(options, _clock, LoggerFactory.Create(logging => logging.AddProvider(_logs)).CreateLogger<RateLimitMiddleware>());
    }

    private IEnumerable<LogRecord> Warnings() => _logs.Records.Where(static record => record.Level == LogLevel.Warning);
}
