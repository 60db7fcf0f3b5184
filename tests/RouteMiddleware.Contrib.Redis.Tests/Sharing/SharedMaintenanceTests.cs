using System.Net;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Sharing;

public sealed class SharedMaintenanceTests : IAsyncLifetime
{
    private SharedRig _rig = null!;

    public async Task InitializeAsync() => _rig = await SharedRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task M1_SwitchOfOneInstance_ClosesAndOpensTheOther()
    {
        var one = await _rig.StartAppAsync();
        var two = await _rig.StartAppAsync();

        one.Switch().TurnOn("Closed for a moment.");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(one, "/open"));
        await two.AnswersAsync(HttpStatusCode.ServiceUnavailable, "/open");
        Assert.True(two.Switch().IsOn);
        Assert.Contains("Closed for a moment.", await (await two.Client.GetAsync("/open")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        two.Switch().TurnOff();
        await one.AnswersAsync(HttpStatusCode.OK, "/open");
    }

    [Fact]
    public async Task Instance_ThatStartsLater_IsClosedFromItsFirstRequest()
    {
        var one = await _rig.StartAppAsync();
        one.Switch().TurnOn();
        using var redis = await _rig.Server.ConnectAsync();
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().KeyExistsAsync("rm:maintenance"));

        var late = await _rig.StartAppAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(late, "/open"));
    }

    [Fact]
    public async Task Word_SaidUnderOtherSettings_DoesNotCount()
    {
        var one = await _rig.StartAppAsync();
        one.Switch().TurnOff();
        using var redis = await _rig.Server.ConnectAsync();
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().KeyExistsAsync("rm:maintenance"));

        var closed = await _rig.StartAppAsync(("RouteMiddleware:Maintenance:Enabled", "true"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(closed, "/open"));
    }

    [Fact]
    public async Task M3_RedisAway_EveryInstanceKeepsWhatItKnows_AndWhatIsSaidMeanwhileIsHeardAfterwards()
    {
        var one = await _rig.StartAppAsync();
        var two = await _rig.StartAppAsync();
        one.Switch().TurnOn();
        await two.AnswersAsync(HttpStatusCode.ServiceUnavailable, "/open");

        await _rig.Server.KillAsync();
        await Eventually.HoldsAsync(() => two.Logs.Records.Any(static record => record.EventId.Name == "Behind"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(two, "/open"));
        one.Switch().TurnOff();
        Assert.Equal(HttpStatusCode.OK, await SharedRig.GetAsync(one, "/open"));

        await _rig.Server.RestartAsync();
        await two.AnswersAsync(HttpStatusCode.OK, "/open");
    }

    [Theory]
    [InlineData("HMSET", "rm:maintenance", "version", "no number", "on", "maybe")]
    [InlineData("LPUSH", "rm:maintenance", "no hash")]
    public async Task M3_SomethingElseAtTheKey_ChangesNothing_AndIsSaidOnce(string command, params string[] arguments)
    {
        var one = await _rig.StartAppAsync();
        using var redis = await _rig.Server.ConnectAsync();
        await redis.GetDatabase().ExecuteAsync(command, [.. arguments]);
        await Eventually.HoldsAsync(() => one.Logs.Records.Any(static record => record.EventId.Name == "Behind"));

        await redis.GetDatabase().KeyDeleteAsync("rm:maintenance");
        await Eventually.HoldsAsync(() => one.Logs.Records.Any(static record => record.EventId.Name == "UpToDate"));

        Assert.Single(one.Logs.Records, static record => record.EventId.Name == "Behind");
        Assert.Equal(HttpStatusCode.OK, await SharedRig.GetAsync(one, "/open"));
    }

    [Fact]
    public async Task M3_RedisThatLostEverything_OpensNoDoor()
    {
        var one = await _rig.StartAppAsync();
        one.Switch().TurnOn();
        using var redis = await _rig.Server.ConnectAsync();
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().KeyExistsAsync("rm:maintenance"));

        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().KeyExistsAsync("rm:maintenance"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(one, "/open"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(await _rig.StartAppAsync(), "/open"));
    }
    [Fact]
    public async Task M3_FailoverThatLostTheLastWord_OpensNoDoor()
    {
        var one = await _rig.StartAppAsync();
        var two = await _rig.StartAppAsync();
        using var redis = await _rig.Server.ConnectAsync();
        one.Switch().TurnOff();
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().KeyExistsAsync("rm:maintenance"));
        var before = await redis.GetDatabase().HashGetAllAsync("rm:maintenance");
        one.Switch().TurnOn();
        await two.AnswersAsync(HttpStatusCode.ServiceUnavailable, "/open");

        // As on a replica that had not got it when it was promoted.
        await redis.GetDatabase().HashSetAsync("rm:maintenance", before);
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().HashGetAsync("rm:maintenance", "on") == 1);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SharedRig.GetAsync(two, "/open"));
        two.Switch().TurnOff();
        await one.AnswersAsync(HttpStatusCode.OK, "/open");
    }

    [Fact]
    public async Task M3_SomethingElseAtTheKeyAtStart_EndsNoInstance()
    {
        await _rig.Server.CommandAsync("HSET", "rm:maintenance", "version", "another's");

        var app = await _rig.StartAppAsync();
        Assert.Equal(HttpStatusCode.OK, await SharedRig.GetAsync(app, "/open"));
        await _rig.Server.CommandAsync("DEL", "rm:maintenance");
        await Eventually.HoldsAsync(() => app.Logs.Records.Any(static record => record.EventId.Name == "UpToDate"));

        Assert.Single(app.Logs.Records, static record => record.EventId.Name == "Behind");
    }
}
