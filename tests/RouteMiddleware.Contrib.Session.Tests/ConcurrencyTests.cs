using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S6 to S8, S22 and S23: concurrent requests of one session, where there is a store.</summary>
public sealed class ConcurrencyTests
{
    [Theory]
    [Engines(RecordsOnly = true)]
    public async Task S7_UpdateAsync_64ClientsTimes100_LosesNone(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/read", (RouteSession session) => session.Get<int>("n")));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            var client = browser.Copy();

            for (var i = 0; i < 100; i++)
            {
                await client.DoAsync("/add/n");
            }
        }));

        using var response = await browser.PostAsync("/read");
        Assert.Equal("6400", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(EnginesAttribute.Memory, false)]
    [InlineData(EnginesAttribute.Memory, true)]
    [InlineData(EnginesAttribute.Redis, false)]
    [InlineData(EnginesAttribute.Redis, true)]
    public async Task S7_UpdateAsync_OfASessionThatIsRotated_LosesNoneOfTheOthers(string engine, bool login)
    {
        var (updated, go, ids) = (new TaskCompletionSource(), new TaskCompletionSource(), new List<string>());
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/rotate-add", async (RouteSession session) =>
        {
            if (login)
            {
                session.UserId = "ada";
            }

            session.RotateId();
            ids.Add(session.Id);
            await session.UpdateAsync<int>("n", static old => old + 1);
            ids.Add(session.Id);
            updated.SetResult();
            await go.Task;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/add/n");
        var other = browser.Copy();

        var rotating = browser.DoAsync("/rotate-add");
        await updated.Task;
        await other.DoAsync("/add/n");
        go.SetResult();
        await rotating;
        await browser.DoAsync("/add/n");

        ids.Add(await browser.ReadAsync("/id"));
        Assert.Single(ids.Distinct());
        using var response = await browser.PostAsync("/add/n");
        Assert.Equal("5", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(EnginesAttribute.Turns)]
    [InlineData(EnginesAttribute.RedisTurns)]
    public async Task S7_Turns_MakeEvenAPlainReadAndWriteAtomic(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/naive", async (RouteSession session) =>
        {
            var old = session.Get<int>("n");
            await Task.Yield();
            session.Set("n", old + 1);
            return old + 1;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => browser.Copy().DoAsync("/naive")));

        using var response = await browser.PostAsync("/naive");
        Assert.Equal("51", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(EnginesAttribute.Memory)]
    [InlineData(EnginesAttribute.Redis)]
    public async Task S8_100ConcurrentRequestsEachWithItsOwnKey_LoseNone(string engine)
    {
        var (arrived, go) = (new CountdownEvent(100), new TaskCompletionSource());
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/own/{key}", async (string key, RouteSession session) =>
        {
            session.Set(key, key);
            arrived.Signal();
            await go.Task;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        var all = Task.WhenAll(Enumerable.Range(0, 100).Select(i => browser.Copy().DoAsync($"/own/k{i}")));
        await Task.Run(arrived.Wait);
        go.SetResult();
        await all;

        Assert.Equal(101, (await browser.ReadAsync("/keys")).Split(' ').Length);
    }

    [Theory]
    [InlineData(EnginesAttribute.Memory)]
    [InlineData(EnginesAttribute.Redis)]
    [InlineData(EnginesAttribute.Encrypted)]
    public async Task S6_SessionFlushedMeanwhile_DoesNotComeBack(string engine)
    {
        var (arrived, go) = (new CountdownEvent(100), new TaskCompletionSource());
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/own/{key}", async (string key, RouteSession session) =>
        {
            session.Set(key, key);

            if (key.EndsWith('7'))
            {
                session.RotateId();
            }

            arrived.Signal();
            await go.Task;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");
        var slow = Enumerable.Range(0, 100).Select(_ => browser.Copy()).ToArray();

        var all = Task.WhenAll(slow.Select((client, i) => client.DoAsync($"/own/k{i}")));
        await Task.Run(arrived.Wait);
        await browser.Copy().DoAsync("/logout");
        go.SetResult();
        await all;

        Assert.All(slow, static client => Assert.Empty(client.SetCookies));
        Assert.Equal("", await browser.ReadAsync("/keys"));
        Assert.Equal(100, app.Logs.Records.Count(static record => record.EventId.Name == "WriteDropped"));
    }

    [Theory]
    [InlineData(EnginesAttribute.Memory)]
    [InlineData(EnginesAttribute.Redis)]
    [InlineData(EnginesAttribute.Encrypted)]
    public async Task S22_ParallelLogins_EachGetOneLiveId_AndTheOldOneDies(string engine)
    {
        var (arrived, go) = (new CountdownEvent(8), new TaskCompletionSource());
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/slow-login/{user}", async (string user, RouteSession session) =>
        {
            session.UserId = user;
            session.RotateId();
            arrived.Signal();
            await go.Task;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/cart/book");
        var clients = Enumerable.Range(0, 8).Select(_ => browser.Copy()).ToArray();

        var all = Task.WhenAll(clients.Select((client, i) => client.DoAsync($"/slow-login/u{i}")));
        await Task.Run(arrived.Wait);
        go.SetResult();
        await all;

        Assert.Equal(8, clients.Select(static client => client.Cookie).Distinct().Count());
        Assert.Equal("", await browser.ReadAsync("/keys"));

        for (var i = 0; i < clients.Length; i++)
        {
            Assert.Equal($"profile of u{i}", await clients[i].ReadAsync("/profile"));
            Assert.Equal("book", await clients[i].ReadAsync("/get/cart"));
        }
    }

    [Fact]
    public async Task S23_HolderThatHangs_LosesItsTurnAndItsWrite()
    {
        var clock = new ManualClock();
        var (holds, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Turns, clock: clock, map: group => group.MapPost("/hang", async (RouteSession session) =>
        {
            session.Set("a", "stale");
            holds.SetResult();
            await go.Task;
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/before");

        var hung = browser.Copy();
        var hanging = hung.DoAsync("/hang");
        await holds.Task;
        var waiting = browser.Copy().DoAsync("/set/a/next");
        clock.Advance(SessionTurns.Longest - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);

        while (!waiting.IsCompleted)
        {
            // The waiter may not have reached its place in the queue yet; its turn comes at the latest with the next look.
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await waiting;
        go.SetResult();
        await hanging;

        Assert.Empty(hung.SetCookies);
        Assert.Equal("next", await browser.ReadAsync("/get/a"));
    }

    [Fact]
    public async Task Turns_OfOneSession_ComeInOrder()
    {
        var turns = new SessionTurns(new ManualClock());
        var order = new ConcurrentQueue<int>();
        var first = await turns.WaitAsync(default);
        using var leaves = new CancellationTokenSource();

        var waiters = Enumerable.Range(0, 5).Select(i => RunAsync(i, turns.WaitAsync(i == 2 ? leaves.Token : default))).ToArray();
        await leaves.CancelAsync();
        turns.Release(first);
        await Task.WhenAll(waiters.Where((_, i) => i != 2));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiters[2]);
        Assert.Equal([0, 1, 3, 4], order);
        Assert.False(turns.IsHeldBy(first));
        Assert.True((await turns.WaitAsync(default)) > first);

        async Task RunAsync(int i, ValueTask<long> turn)
        {
            var number = await turn;
            Assert.True(turns.IsHeldBy(number));
            order.Enqueue(i);
            turns.Release(number);
        }
    }

    [Fact]
    public async Task S23_TurnThatWasLost_EndsNobodyElses()
    {
        var clock = new ManualClock();
        var turns = new SessionTurns(clock);
        var stale = await turns.WaitAsync(default);
        clock.Advance(SessionTurns.Longest);
        var holder = await turns.WaitAsync(default);
        var waiting = turns.WaitAsync(default).AsTask();

        turns.Release(stale);

        Assert.True(turns.IsHeldBy(holder));
        Assert.False(waiting.IsCompleted);
        turns.Release(holder);
        Assert.True(await waiting > holder);
    }

    [Theory]
    [InlineData(EnginesAttribute.Turns, false)]
    [InlineData(EnginesAttribute.Turns, true)]
    [InlineData(EnginesAttribute.Redis, false)]
    [InlineData(EnginesAttribute.Redis, true)]
    public async Task Members_WithoutLoading_AreRefusedInPlainWords_AtEachVisit(string engine, bool isSecond)
    {
        Exception? thrown = null;
        await using var app = await SessionApp.StartAsync(engine, group => group.MapGet("/plain", (RequestDelegate)(context =>
        {
            thrown = Record.Exception(() => context.GetRouteSession().Count);
            return Task.CompletedTask;
        })));
        var browser = new Browser(app);

        if (isSecond)
        {
            await browser.DoAsync("/set/a/1");
        }

        await browser.ReadAsync("/plain");

        Assert.Contains("LoadAsync()", Assert.IsType<InvalidOperationException>(thrown).Message, StringComparison.Ordinal);
    }
}
