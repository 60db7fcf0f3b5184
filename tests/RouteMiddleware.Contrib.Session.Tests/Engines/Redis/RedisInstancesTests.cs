using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS S4 to S8, S22 and S23 with two instances on one Redis.</summary>
public sealed class RedisInstancesTests
{
    [Theory]
    [InlineData(EnginesAttribute.Redis)]
    [InlineData(EnginesAttribute.RedisTurns)]
    public async Task S4_S5_RotationAndLogoutOnOneInstance_CountOnTheOther(string engine)
    {
        await using var apps = await Pair.StartAsync(engine);
        var browser = new Browser(apps.One);
        await browser.DoAsync("/set/cart/book");
        var before = browser.Cookie;

        await browser.DoAsync("/login/ada");
        Assert.Equal("(none)", await new Browser(apps.Two, before).ReadAsync("/get/cart"));
        var elsewhere = new Browser(apps.Two, browser.Cookie);
        Assert.Equal("profile of ada", await elsewhere.ReadAsync("/profile"));
        Assert.Equal("book", await elsewhere.ReadAsync("/get/cart"));

        await browser.DoAsync("/logout");
        using var response = await elsewhere.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task S6_LogoutAmongWritesOfTwoInstances_NothingComesBack()
    {
        var arrived = new CountdownEvent(100);
        var go = new TaskCompletionSource();
        await using var apps = await Pair.StartAsync(EnginesAttribute.Redis, map: group => group.MapPost("/own/{key}", async (string key, RouteSession session) =>
        {
            session.Set(key, key);

            if (key.EndsWith('7'))
            {
                session.RotateId();
            }

            arrived.Signal();
            await go.Task;
        }));
        var browser = new Browser(apps.One);
        await browser.DoAsync("/login/ada");
        var slow = Enumerable.Range(0, 100).Select(i => new Browser(i % 2 == 0 ? apps.One : apps.Two, browser.Cookie)).ToArray();

        var all = Task.WhenAll(slow.Select((client, i) => client.DoAsync($"/own/k{i}")));
        await Task.Run(arrived.Wait);
        await new Browser(apps.Two, browser.Cookie).DoAsync("/logout");
        go.SetResult();
        await all;

        Assert.All(slow, static client => Assert.Empty(client.SetCookies));
        Assert.Equal("", await browser.ReadAsync("/keys"));
        Assert.Equal("", (await apps.KeysAsync("session")).Trim());
    }

    [Theory]
    [InlineData(EnginesAttribute.Redis)]
    [InlineData(EnginesAttribute.RedisTurns)]
    public async Task S7_64ClientsOnTwoInstances_LoseNoIncrement(string engine)
    {
        await using var apps = await Pair.StartAsync(engine);
        var browser = new Browser(apps.One);
        await browser.DoAsync("/set/a/1");
        var each = engine == EnginesAttribute.Redis ? 50 : 5;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var client = new Browser(i % 2 == 0 ? apps.One : apps.Two, browser.Cookie);

            for (var n = 0; n < each; n++)
            {
                await client.DoAsync("/add/n");
            }
        }));

        using var response = await browser.PostAsync("/add/n");
        Assert.Equal($"{(64 * each) + 1}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task S8_FieldsOfTwoInstances_LoseNone()
    {
        await using var apps = await Pair.StartAsync(EnginesAttribute.Redis);
        var browser = new Browser(apps.One);
        await browser.DoAsync("/set/a/1");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => new Browser(i % 2 == 0 ? apps.One : apps.Two, browser.Cookie).DoAsync($"/set/k{i}/x")));

        Assert.Equal(101, (await browser.ReadAsync("/keys")).Split(' ').Length);
    }

    [Fact]
    public async Task S22_ParallelLoginsOnTwoInstances_EachGetOneLiveId_AndTheOldOneDies()
    {
        var arrived = new CountdownEvent(8);
        var go = new TaskCompletionSource();
        await using var apps = await Pair.StartAsync(EnginesAttribute.Redis, map: group => group.MapPost("/slow-login/{user}", async (string user, RouteSession session) =>
        {
            session.UserId = user;
            arrived.Signal();
            await go.Task;
        }));
        var browser = new Browser(apps.One);
        await browser.DoAsync("/set/cart/book");
        var clients = Enumerable.Range(0, 8).Select(i => new Browser(i % 2 == 0 ? apps.One : apps.Two, browser.Cookie)).ToArray();

        var all = Task.WhenAll(clients.Select((client, i) => client.DoAsync($"/slow-login/u{i}")));
        await Task.Run(arrived.Wait);
        go.SetResult();
        await all;

        Assert.Equal(8, clients.Select(static client => client.Cookie).Distinct().Count());
        Assert.Equal("", await browser.ReadAsync("/keys"));

        for (var i = 0; i < clients.Length; i++)
        {
            Assert.Equal($"profile of u{i}", await new Browser(apps.One, clients[i].Cookie).ReadAsync("/profile"));
            Assert.Equal("book", await clients[i].ReadAsync("/get/cart"));
        }
    }

    [Fact]
    public async Task S23_HolderThatHangs_LosesItsTurnToTheOtherInstance_AndItsWrite()
    {
        var server = new ManualClock();
        var (holds, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var apps = await Pair.StartAsync(EnginesAttribute.RedisTurns, server, group => group.MapPost("/hang", async (RouteSession session) =>
        {
            session.Set("a", "stale");
            holds.SetResult();
            await go.Task;
        }));
        var browser = new Browser(apps.One);
        await browser.DoAsync("/set/a/before");

        var hung = browser.Copy();
        var hanging = hung.DoAsync("/hang");
        await holds.Task;
        var waiting = new Browser(apps.Two, browser.Cookie).DoAsync("/set/a/next");
        server.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromMilliseconds(1));

        // It asks again and again, and gets no turn.
        await Eventually.HoldsAsync(async () => (await apps.FieldsAsync()).Contains("#q", StringComparison.Ordinal));
        Assert.False(waiting.IsCompleted);
        server.Advance(TimeSpan.FromMilliseconds(1));
        await waiting;
        go.SetResult();
        await hanging;

        Assert.Empty(hung.SetCookies);
        Assert.Equal("next", await browser.ReadAsync("/get/a"));
    }

    [Fact]
    public async Task Turns_OfTwoInstances_TakeNobodysTime()
    {
        var order = new System.Collections.Concurrent.ConcurrentQueue<int>();
        await using var apps = await Pair.StartAsync(EnginesAttribute.RedisTurns, map: group => group.MapPost("/turn/{instance:int}", (int instance, RouteSession session) =>
        {
            order.Enqueue(instance);
            session.Set("n", session.Get<int>("n") + 1);
        }));
        var browser = new Browser(apps.One);
        await browser.DoAsync("/set/a/1");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => new Browser(i % 2 == 0 ? apps.One : apps.Two, browser.Cookie).DoAsync($"/turn/{i % 2}")));

        // Neither instance was served to its end before the other began.
        Assert.NotEqual(order.Order(), order);
        Assert.NotEqual(order.OrderDescending(), order);
        Assert.Equal(40, order.Count);
    }

    /// <summary>Two instances of one application.</summary>
    private sealed class Pair(TestApp one, TestApp two, string prefix) : IAsyncDisposable
    {
        public TestApp One { get; } = one;

        public TestApp Two { get; } = two;

        public static async Task<Pair> StartAsync(string engine, TimeProvider? serverClock = null, Action<RouteGroupBuilder>? map = null)
        {
            var prefix = SharedRedis.NewPrefix();
            return new(
                await SessionApp.StartAsync(engine, map, prefix: prefix, serverClock: serverClock),
                await SessionApp.StartAsync(engine, map, prefix: prefix, serverClock: serverClock),
                prefix);
        }

        public async Task<string> KeysAsync(string purpose) => await (await SharedRedis.GetAsync()).CommandAsync("KEYS", $"{prefix}{purpose}:*");

        public async Task<string> FieldsAsync() => await (await SharedRedis.GetAsync()).CommandAsync("HKEYS", (await KeysAsync("session")).Trim());

        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Two.DisposeAsync();
        }
    }
}
