using System.Net;
using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS S10, S11 and section 2: what goes wrong with a real redis-server, under load.</summary>
public sealed class RedisFaultTests
{
    // A busy machine of two cores runs all of this at once; a call that hangs takes far longer.
    private static readonly TimeSpan NoHang = TimeSpan.FromSeconds(20);

    // Each write is the kernel's before it is acknowledged, which outlives the process however slow the disk is. With everysec Redis acknowledges first while a sync is under
    // way, for up to two seconds, and a kill then loses that.
    private static readonly string[] Kept = ["--appendonly", "yes", "--appendfsync", "no", "--busy-reply-threshold", "600"];

    private static readonly Dictionary<string, string?> Brief = new() { ["StoreTimeout"] = "00:00:00.5" };

    [Theory]
    [InlineData("kill")]
    [InlineData("freeze")]
    [InlineData("pause")]
    [InlineData("out of memory")]
    [InlineData("password")]
    [InlineData("stalled script")]
    public async Task S10_FaultUnderLoad_Is503_LosesNothingAcknowledged_AndEndsWithTheFault(string fault)
    {
        await using var server = await RedisServer.StartAsync(Kept);
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server, settings: Brief);
        await using var load = await Acknowledged.StartAsync(app);

        for (var round = 0; round < 2; round++)
        {
            await BreakAsync(fault, server);
            await load.IsRefusedAsync();
            using var untouched = await new Browser(app, "sessionid=x").GetAsync("/untouched");
            Assert.Equal(HttpStatusCode.OK, untouched.StatusCode);
            await MendAsync(fault, server);
            await load.GoesOnAsync();
        }

        await load.CheckAsync();
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
        Assert.DoesNotContain(app.Logs.Records, static record => record.Message.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S10_RedisStoppedForTenSeconds_HoldsNobodyUp_AndLosesNothing()
    {
        await using var server = await RedisServer.StartAsync(Kept);
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server, settings: Brief);
        await using var load = await Acknowledged.StartAsync(app);

        server.Freeze();
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var refused = 0;

        while (!ending.IsCancellationRequested)
        {
            // Routes that don't use a session go on all the while, and those that do are refused.
            await load.IsRefusedAsync();
            using var untouched = await new Browser(app, "sessionid=x").GetAsync("/untouched").WaitAsync(NoHang);
            Assert.Equal(HttpStatusCode.OK, untouched.StatusCode);
            refused++;
        }

        server.Thaw();
        await load.GoesOnAsync();
        await load.CheckAsync();
        Assert.True(refused > 1, $"{refused}");
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
    }

    [Theory]
    [InlineData("FLUSHALL", true)]
    [InlineData("SCRIPT FLUSH", false)]
    [InlineData("CONFIG RESETSTAT", false)]
    public async Task CommandUnderLoad_IsNoErrorToAnybody(string command, bool mayBeGone)
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server);
        await using var load = await Acknowledged.StartAsync(app);

        for (var round = 0; round < 5; round++)
        {
            await server.CommandAsync(command.Split(' '));
            await load.GoesOnAsync();
        }

        await load.CheckAsync(mayBeGone);
        Assert.Equal(0, load.Refused);
    }

    [Fact]
    public async Task S10_OutOfMemory_RefusesWrites_ReadsAndLogsOutAllTheSame()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server);
        var (ada, bob) = (new Browser(app), new Browser(app));
        await ada.DoAsync("/login/ada");
        await bob.DoAsync("/login/bob");
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "1");

        using var write = await ada.PostAsync("/set/a/1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, write.StatusCode);
        Assert.Equal("profile of ada", await ada.ReadAsync("/profile"));
        var copy = ada.Copy();
        await ada.DoAsync("/logout");
        using var after = await copy.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);

        await server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await bob.DoAsync("/set/a/1");
        Assert.Equal("1", await bob.ReadAsync("/get/a"));
    }

    [Theory]
    [InlineData("Closed", HttpStatusCode.ServiceUnavailable)]
    [InlineData("Degrade", HttpStatusCode.OK)]
    public async Task S11_RedisAway_IsAsDeclared_AndSetsNoCookie(string policy, HttpStatusCode expected)
    {
        await using var server = await RedisServer.StartAsync(Kept);
        await using var app = await SessionApp.StartAsync(
            EnginesAttribute.Redis,
            static group => group.MapGet("/run", static (RouteSession session) => $"{session.IsAvailable} {session.Count}"),
            redis: server,
            settings: new(Brief) { ["OnStoreFailure"] = policy });
        var browser = new Browser(app);
        await Eventually.HoldsAsync(async () =>
        {
            using var login = await browser.PostAsync("/login/ada");
            return login.IsSuccessStatusCode;
        });
        await server.KillAsync();

        using var response = await browser.GetAsync("/run");
        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(browser.SetCookies);
        Assert.True(expected != HttpStatusCode.OK || await response.Content.ReadAsStringAsync() == "False 0");
        using var profile = await browser.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, profile.StatusCode);

        await server.RestartAsync();
        await Eventually.HoldsAsync(async () => await browser.ReadAsync("/profile") == "profile of ada");
    }

    [Fact]
    public async Task RedisAwayAtTheStart_StopsNobody()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server, settings: Brief);
        var browser = new Browser(app);

        using var refused = await browser.PostAsync("/set/a/1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        using var untouched = await browser.GetAsync("/untouched");
        Assert.Equal(HttpStatusCode.OK, untouched.StatusCode);

        await server.RestartAsync();
        await Eventually.HoldsAsync(async () =>
        {
            using var response = await browser.PostAsync("/set/a/1");
            return response.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task S25_AnswerCutInTheMiddle_LeavesOldOrNew()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await TestAppThroughAsync(proxy);
        await using var load = await Acknowledged.StartAsync(app);

        for (var round = 0; round < 5; round++)
        {
            proxy.CutAfter(round * 7);
            await load.GoesOnAsync();
        }

        await load.CheckAsync();
        Assert.True(load.Slowest < NoHang, $"{load.Slowest}");
    }

    private static Task<TestApp> TestAppThroughAsync(ChaosProxy proxy)
        => SessionApp.StartAsync(EnginesAttribute.Redis, settings: Brief, configuration: proxy.Configuration);

    private static Task BreakAsync(string fault, RedisServer server)
    {
        switch (fault)
        {
            case "kill":
                return server.KillAsync();
            case "freeze":
                server.Freeze();
                return Task.CompletedTask;
            case "pause":
                return server.CommandAsync("CLIENT", "PAUSE", "2000", "ALL");
            case "out of memory":
                return server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
            case "password":
                server.Password = "hunter2";
                return server.CommandsAsync("CONFIG SET requirepass hunter2", "CLIENT KILL TYPE normal SKIPME yes");
            default:
                // Nobody waits for it. At first nothing is answered, then BUSY.
                _ = server.CommandAsync("EVAL", "while true do end", "0");
                return Task.CompletedTask;
        }
    }

    private static Task MendAsync(string fault, RedisServer server)
    {
        switch (fault)
        {
            case "kill":
                return server.RestartAsync();
            case "freeze":
                server.Thaw();
                return Task.CompletedTask;
            case "out of memory":
                return server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
            case "stalled script":
                return server.CommandAsync("SCRIPT", "KILL");
            case "password":
                return server.CommandsAsync("CONFIG SET requirepass \"\"").ContinueWith(_ => server.Password = null, TaskScheduler.Default);
            default:
                return Task.CompletedTask;
        }
    }
}
