using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class ConcurrencyTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task R4_FiftyConcurrentRequests_OverSockets_AreNeverMoreThanTheLimit()
    {
        var (running, most, gate) = (0, 0, new TaskCompletionSource());
        await using var app = await StartAsync(3, async () =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await gate.Task;
            Interlocked.Decrement(ref running);
        });

        var answers = Enumerable.Range(0, 50).Select(_ => app.StatusAsync("/")).ToList();

        while (answers.Count(static answer => answer.IsCompleted) < 47)
        {
            await Task.WhenAny(answers.Where(static answer => !answer.IsCompleted));
        }

        gate.SetResult();
        Assert.Equal(3, (await Task.WhenAll(answers)).Count(static status => status == HttpStatusCode.OK));
        Assert.Equal(3, most);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
    }

    [Theory]
    [InlineData("/throw")]
    [InlineData("/throw/later")]
    [InlineData("/number/x")]
    [InlineData("/nothing")]
    public async Task R15_Permit_OfARequestThatFails_ComesBack(string path)
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            var group = app.MapGroup("").WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (1, RateLimitAlgorithm.Concurrency));
            group.MapGet("/throw", void () => throw new InvalidOperationException("no"));
            group.MapGet("/throw/later", static async () =>
            {
                await Task.Yield();
                throw new InvalidOperationException("no");
            });
            group.MapGet("/number/{number}", (int number) => number);
            group.MapGet("/nothing", () => Results.NotFound());
        });

        for (var i = 0; i < 5; i++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, await app.StatusAsync(path));
        }
    }

    [Fact]
    public async Task R15_Permit_OfACallerWhoWentAway_ComesBackWhenTheHandlerEnds()
    {
        var (begun, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await StartAsync(1, async (HttpContext context) =>
        {
            context.Response.OnCompleted(() =>
            {
                ended.TrySetResult();
                return Task.CompletedTask;
            });

            if (begun.TrySetResult())
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        });

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            await begun.Task;
            Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
        }

        await ended.Task;
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R15_Permit_OfAnUpgradedConnection_IsHeldUntilItEnds()
    {
        var ended = new TaskCompletionSource();
        await using var app = await StartAsync(1, async (HttpContext context) =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
            {
                return;
            }

            context.Response.OnCompleted(() =>
            {
                ended.TrySetResult();
                return Task.CompletedTask;
            });
            await using var stream = await upgrade.UpgradeAsync();
            var buffer = new byte[16];

            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        });

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"));
            var buffer = new byte[1024];
            Assert.StartsWith("HTTP/1.1 101 ", Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer)), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
        }

        await ended.Task;
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R9_Refusal_OfAFullOne_AsksForASecond()
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await StartAsync(
            2,
            () =>
            {
                begun.SetResult();
                return gate.Task;
            },
            o => o.Cost = 2);

        var first = app.SendAsync("/");
        await begun.Task;
        using var refused = await app.SendAsync("/", address: "192.0.2.1");

        gate.SetResult();
        using var answer = await first;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("2", "0", "1"), (answer.Header("X-RateLimit-Limit"), answer.Header("X-RateLimit-Remaining"), answer.Header("X-RateLimit-Reset")));
        Assert.Equal("\"default\";q=2;qu=\"concurrent-requests\"", answer.Header("RateLimit-Policy"));
        Assert.Equal("\"default\";r=0", answer.Header("RateLimit"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("\"default\";r=0", refused.Header("RateLimit"));
    }

    [Fact]
    public async Task R18_Permit_TakenBeforeTheLimitWasReplaced_GoesBackToItsOwn()
    {
        using var old = Limits.Create(_clock, o => (o.PermitLimit, o.Algorithm) = (1, RateLimitAlgorithm.Concurrency));
        using var replaced = Limits.Create(_clock, o => (o.PermitLimit, o.Algorithm) = (1, RateLimitAlgorithm.Concurrency));
        var rest = new TaskCompletionSource();
        var running = old.InvokeAsync(Limits.From("192.0.2.7"), _ => rest.Task);
        old.Dispose();

        Assert.Equal(429, await old.PassAsync("192.0.2.7"));
        rest.SetResult();
        await running;

        Assert.Equal(200, await old.PassAsync("192.0.2.7"));
        Assert.Equal(200, await replaced.PassAsync("192.0.2.7"));
    }

    [Fact]
    public async Task R3_Key_CountedWithTheOverflow_GetsNoPlaceOfItsOwnWhileItsRequestsRun()
    {
        using var limit = Limits.Create(_clock, o => (o.PermitLimit, o.Algorithm, o.MaxPartitions) = (2, RateLimitAlgorithm.Concurrency, 1));
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var inPlace = limit.InvokeAsync(Limits.From("192.0.2.1"), _ => first.Task);
        var inOverflow = limit.InvokeAsync(Limits.From("192.0.2.2"), _ => second.Task);
        first.SetResult();
        await inPlace;
        _clock.Advance(TimeSpan.FromMinutes(2));

        // There is room again, but one of its two runs already.
        Assert.Equal((0, 200), (limit.PartitionCount, await limit.PassAsync("192.0.2.2")));
        var third = limit.InvokeAsync(Limits.From("192.0.2.2"), _ => second.Task);
        Assert.Equal(429, await limit.PassAsync("192.0.2.2"));
        Assert.Equal((0, 200), (limit.PartitionCount, await limit.PassAsync("192.0.2.3")));

        second.SetResult();
        await Task.WhenAll(inOverflow, third);
        Assert.Equal(200, await limit.PassAsync("192.0.2.2"));
        Assert.Equal(2 - 1, limit.PartitionCount);
    }

    [Fact]
    public async Task R3_LongRequest_AmongShortOnes_DoesNotKeepThemInTheTable()
    {
        using var limit = Limits.Create(_clock, o => (o.PermitLimit, o.Algorithm) = (2, RateLimitAlgorithm.Concurrency));
        var rest = new TaskCompletionSource();
        var running = limit.InvokeAsync(Limits.From("192.0.2.0"), _ => rest.Task);

        for (var i = 1; i < 200; i++)
        {
            await limit.PassAsync($"192.0.2.{i}");
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, limit.PartitionCount);

        rest.SetResult();
        await running;
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, limit.PartitionCount);
    }

    private static void InterlockedMax(ref int place, int value)
    {
        while (Volatile.Read(ref place) is var old && old < value && Interlocked.CompareExchange(ref place, value, old) != old)
        {
        }
    }

    private Task<TestApp> StartAsync(int limit, Delegate handler, Action<RateLimitOptions>? configure = null)
        => Limits.StartAsync(_clock, app => app.MapGet("/", handler).WithRateLimit(o =>
        {
            (o.PermitLimit, o.Algorithm, o.PartitionBy) = (limit, RateLimitAlgorithm.Concurrency, "global");
            configure?.Invoke(o);
        }));
}
