using System.Diagnostics;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Faults;

/// <summary>LIMITS 2: the wire cuts replies, tears them to pieces, delays them, or carries garbage.</summary>
public sealed class BrokenWireTests
{
    private static readonly TimeSpan NoHang = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Garbage => ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0", "$536870912\r\nabc"];

    [Fact]
    public async Task Replies_InSegmentsOfOneByte_AreReadAsTheyAre()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        proxy.SegmentSize = 1;
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await using var load = new Load(app);

        await load.SucceedAsync(500);

        Assert.Equal(0, load.Wrong);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Connection_CutInTheMiddleOfAReply_FailsTheCallAndIsMadeAnew(int bytes)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await app.AddAsync("{a}");
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        if (bytes == 0)
        {
            proxy.Cut();
        }
        else
        {
            proxy.CutAfter(bytes);
        }

        await Eventually.HoldsAsync(() => load.Failed > 0);
        await load.SucceedAsync(500);
        Assert.Equal(0, load.Wrong);
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_InPlaceOfAReply_NeverBecomesAnAnswer(string garbage)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        proxy.Garble(System.Text.Encoding.Latin1.GetBytes(garbage));

        await Eventually.HoldsAsync(() => load.Failed > 0);
        await load.SucceedAsync(500);
        Assert.Equal(0, load.Wrong);
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
    }

    [Theory]
    [InlineData("+OK\r\n")]
    [InlineData(":not a number\r\n")]
    [InlineData("$-7\r\n")]
    public async Task Replies_OutOfStep_AreFoundByTheNextEcho(string oneForSeveral)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await using var load = new Load(app);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        // No client can see that one reply stands for several: from then on each call gets the answer of another.
        proxy.Garble(System.Text.Encoding.Latin1.GetBytes(oneForSeveral));

        await Eventually.HoldsAsync(() => load.Wrong + load.Failed > 0);
        await Eventually.HoldsAsync(async () =>
        {
            var wrong = load.Wrong;
            await load.SucceedAsync(500);
            return load.Wrong == wrong;
        });
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(100, true)]
    [InlineData(2500, false)]
    public async Task SlowLink_AnswersWithinTheLimit_OrFailsByIt(int milliseconds, bool isFastEnough)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await app.AddAsync("{a}");
        proxy.Delay = TimeSpan.FromMilliseconds(milliseconds);
        var succeeded = 0;

        for (var call = 0; call < 12; call++)
        {
            var started = Stopwatch.GetTimestamp();
            succeeded += await app.AnswersAsync(TimeSpan.FromSeconds(1)) ? 1 : 0;
            Assert.True(Stopwatch.GetElapsedTime(started) < NoHang);
        }

        Assert.True(isFastEnough ? succeeded > 6 : succeeded == 0, $"{succeeded}");
        proxy.Delay = TimeSpan.Zero;
        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task SlowLink_ForShortLimits_IsKeptForLongOnes()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await RedisApp.StartConnectedAsync(proxy.Configuration);
        await app.AddAsync("{a}");
        proxy.Delay = TimeSpan.FromMilliseconds(100);

        // One that gives up early, and one that has the time: the first must not tear down what the second needs.
        for (var round = 0; round < 8; round++)
        {
            var patient = app.AddAsync("{a}", TimeSpan.FromSeconds(5)).AsTask();
            await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{b}", TimeSpan.FromMilliseconds(20)).AsTask());
            await patient;
        }
    }
}
