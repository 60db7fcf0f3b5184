using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>R17: requests that wait are served in their order, are bounded, and leave with their callers.</summary>
public sealed class WaitingTests
{
    private readonly ManualClock _clock = new();
    private readonly List<int> _served = [];

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding, 60)]
    [InlineData(RateLimitAlgorithm.Fixed, 60)]
    [InlineData(RateLimitAlgorithm.TokenBucket, 30)]
    public async Task R17_Waiting_UntilPermitsAreFree_IsFirstComeFirstServed(RateLimitAlgorithm algorithm, int seconds)
    {
        using var limit = Create(algorithm, permits: 2, queue: 3);
        var requests = Enumerable.Range(0, 5).Select(i => SendAsync(limit, i)).ToList();
        Assert.Equal([0, 1], _served);
        Assert.Equal(429, await SendAsync(limit, 9));

        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal([0, 1], _served);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, await requests[2].WaitAsync(TimeSpan.FromSeconds(30)));

        while (requests.Exists(static request => !request.IsCompleted))
        {
            // Each second one has its continuation on another thread: time goes on until they are through.
            _clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.All(await Task.WhenAll(requests), static status => Assert.Equal(200, status));
        Assert.Equal(5, _served.Count);
    }

    [Fact]
    public async Task R17_Waiting_ForARunningRequest_IsServedWhenItEndsInOrder()
    {
        using var limit = Create(RateLimitAlgorithm.Concurrency, permits: 1, queue: 20);
        var gates = Enumerable.Range(0, 20).Select(static _ => new TaskCompletionSource()).ToList();
        var requests = gates.Select((gate, i) => SendAsync(limit, i, gate.Task)).ToList();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i, _served[^1]);
            gates[i].SetResult();
            Assert.Equal(200, await requests[i]);

            while (i < 19 && Count() == i + 1)
            {
                await Task.Yield();
            }
        }

        Assert.Equal(Enumerable.Range(0, 20), _served);
    }

    [Fact]
    public async Task R17_Newcomer_WhilePermitsAreFreeAndOthersWait_DoesNotOvertake()
    {
        // Two permits for each request, of three: one is always left over.
        using var limit = Limits.Create(_clock, o => (o.PermitLimit, o.Cost, o.QueueLimit) = (3, 2, 1));
        Assert.Equal(200, await SendAsync(limit, 0));
        var waiting = SendAsync(limit, 1);
        var context = Limits.From("192.0.2.7");

        Assert.Equal(429, await limit.PassAsync(context));
        Assert.Equal("120", context.Response.Headers.RetryAfter);

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, await waiting);
    }

    [Fact]
    public async Task R17_Waiting_WhoseCallerGoesAway_LeavesTheLine()
    {
        using var limit = Create(RateLimitAlgorithm.Concurrency, permits: 1, queue: 2);
        using var away = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var running = SendAsync(limit, 0, gate.Task);
        var leaving = SendAsync(limit, 1, aborted: away.Token);
        var staying = SendAsync(limit, 2);
        Assert.Equal(429, await SendAsync(limit, 3));

        await away.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => leaving);
        var late = SendAsync(limit, 4);

        gate.SetResult();
        await Task.WhenAll(running, staying, late);
        Assert.Equal([0, 2, 4], _served);
        Assert.Equal(200, await SendAsync(limit, 5));
    }

    [Fact]
    public async Task R17_Waiting_OfACallerWhoIsGoneAlready_IsOverAtOnce()
    {
        using var limit = Create(RateLimitAlgorithm.Sliding, permits: 1, queue: 1);
        await SendAsync(limit, 0);

        await Assert.ThrowsAsync<OperationCanceledException>(() => SendAsync(limit, 1, aborted: new CancellationToken(canceled: true)));

        Assert.Equal([0], _served);
        var waiting = SendAsync(limit, 2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, await waiting);
    }

    [Fact]
    public async Task R17_Waiting_OverSockets_EndsWithTheConnection()
    {
        var (gate, begun, inLine, left, runs) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource(), 0);
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            app.Use(async (context, next) =>
            {
                var passing = next(context);

                if (context.Request.QueryString.HasValue)
                {
                    inLine.SetResult();
                    await Assert.ThrowsAsync<OperationCanceledException>(() => passing);
                    left.SetResult();
                    return;
                }

                await passing;
            });
            app.MapGet("/", async () =>
            {
                Interlocked.Increment(ref runs);
                begun.TrySetResult();
                await gate.Task;
            }).WithRateLimit(o => (o.PermitLimit, o.Algorithm, o.QueueLimit) = (1, RateLimitAlgorithm.Concurrency, 1));
        });

        var first = app.StatusAsync("/");
        await begun.Task;

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes("GET /?waits HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            await inLine.Task;
            Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
        }

        await left.Task;
        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, await first);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task R17_Waiting_InALimitThatWasReplaced_IsServed()
    {
        var limit = Create(RateLimitAlgorithm.Sliding, permits: 1, queue: 1);
        await SendAsync(limit, 0);
        var waiting = SendAsync(limit, 1);
        limit.Dispose();

        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(200, await waiting);
    }

    [Fact]
    public async Task R17_Waiting_WhileManyComeAndGo_LosesNoPermitAndNoRequest()
    {
        using var limit = Create(RateLimitAlgorithm.Concurrency, permits: 3, queue: 10_000);
        var (running, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var away = new CancellationTokenSource();
                var context = Limits.From("192.0.2.7");
                context.RequestAborted = away.Token;
                var request = limit.InvokeAsync(context, async _ =>
                {
                    var now = Interlocked.Increment(ref running);
                    Assert.InRange(now, 1, 3);
                    most = Math.Max(most, now);
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                });

                if ((thread + i) % 3 == 0)
                {
                    await away.CancelAsync();
                }

                try
                {
                    await request;
                }
                catch (OperationCanceledException) when (away.IsCancellationRequested)
                {
                    // Given up while it waited.
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, running);
        var gate = new TaskCompletionSource();
        var last = Enumerable.Range(0, 3).Select(i => SendAsync(limit, i, gate.Task)).ToList();
        Assert.Equal([0, 1, 2], _served);
        gate.SetResult();
        await Task.WhenAll(last);
    }

    [Fact]
    public async Task R3_Waiting_InTheOverflow_IsNotOffered()
    {
        using var limit = Limits.Create(_clock, o => (o.PermitLimit, o.QueueLimit, o.MaxPartitions) = (1, 5, 1));
        await limit.PassAsync("192.0.2.1");
        await limit.PassAsync("192.0.2.2");

        Assert.Equal(429, await limit.PassAsync("192.0.2.3"));
    }

    private RateLimitMiddleware Create(RateLimitAlgorithm algorithm, int permits, int queue)
        => Limits.Create(_clock, o => (o.Algorithm, o.PermitLimit, o.QueueLimit) = (algorithm, permits, queue));

    private int Count()
    {
        lock (_served)
        {
            return _served.Count;
        }
    }

    private async Task<int> SendAsync(RateLimitMiddleware limit, int number, Task? rest = null, CancellationToken aborted = default)
    {
        var context = Limits.From("192.0.2.7");
        context.RequestAborted = aborted;
        await limit.InvokeAsync(context, _ =>
        {
            lock (_served)
            {
                _served.Add(number);
            }

            return rest ?? Task.CompletedTask;
        });
        return context.Response.StatusCode;
    }
}
