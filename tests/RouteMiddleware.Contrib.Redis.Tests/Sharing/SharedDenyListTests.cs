using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Sharing;

public sealed class SharedDenyListTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Until = DateTimeOffset.UtcNow.AddHours(1);

    private SharedRig _rig = null!;

    public async Task InitializeAsync() => _rig = await SharedRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData("stolen")]
    [InlineData("a-very-long-one-that-no-key-should-be-made-of-0123456789-0123456789-0123456789")]
    public async Task J15_TokenRevokedOnOneInstance_IsRefusedByTheOther(string jti)
    {
        var one = await _rig.StartAppAsync();
        var two = await _rig.StartAppAsync();
        var token = one.Issue(jti);
        Assert.Equal(HttpStatusCode.OK, await SharedRig.GetAsync(two, "/own", token));

        await one.DenyList().RevokeAsync(jti, Until);

        Assert.Equal(HttpStatusCode.Unauthorized, await SharedRig.GetAsync(one, "/own", token));
        await two.AnswersAsync(HttpStatusCode.Unauthorized, "/own", token);
        Assert.Equal(HttpStatusCode.OK, await SharedRig.GetAsync(two, "/own", one.Issue("another")));
    }

    [Fact]
    public async Task Instance_ThatStartsLater_RefusesFromItsFirstRequest_HoweverManyWereRevoked()
    {
        var one = await _rig.StartAppAsync();

        for (var i = 0; i < 2500; i++)
        {
            one.DenyList().Revoke($"stolen-{i}", Until);
        }

        await one.DenyList().RevokeAsync("the-last", Until);
        using var redis = await _rig.Server.ConnectAsync();
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().SortedSetLengthAsync("rm:{jwt}:ends") == 2501);

        var late = await _rig.StartAppAsync();

        foreach (var jti in (string[])["stolen-0", "stolen-1234", "stolen-2499", "the-last"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SharedRig.GetAsync(late, "/own", one.Issue(jti)));
        }
    }

    [Fact]
    public async Task RedisAway_TheInstanceRefusesAtOnce_SaysThatOthersAreNotTold_AndTellsThemLater()
    {
        var one = await _rig.StartAppAsync();
        var two = await _rig.StartAppAsync();
        var token = one.Issue("stolen");
        await _rig.Server.KillAsync();

        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await one.DenyList().RevokeAsync("stolen", Until));
        Assert.Equal(HttpStatusCode.Unauthorized, await SharedRig.GetAsync(one, "/own", token));

        await _rig.Server.RestartAsync();
        await two.AnswersAsync(HttpStatusCode.Unauthorized, "/own", token);
    }

    [Fact]
    public async Task RedisThatLostEverything_IsToldAgain()
    {
        var one = await _rig.StartAppAsync();
        await one.DenyList().RevokeAsync("stolen", Until);
        using var redis = await _rig.Server.ConnectAsync();
        await Eventually.HoldsAsync(() => one.DenyList().IsRevoked("stolen"));

        // Twice: what is told again is told again after a second loss too.
        for (var round = 0; round < 2; round++)
        {
            await redis.GetDatabase().ExecuteAsync("FLUSHALL");
            await Eventually.HoldsAsync(async () => await redis.GetDatabase().SortedSetLengthAsync("rm:{jwt}:ends") == 1);
        }

        var late = await _rig.StartAppAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await SharedRig.GetAsync(late, "/own", one.Issue("stolen")));
    }

    [Fact]
    public async Task FailoverThatLostTheLastEntry_HidesNoLaterOne_AndIsToldAgain()
    {
        var one = await _rig.StartAppAsync();
        var two = await _rig.StartAppAsync();
        await one.DenyList().RevokeAsync("lost", Until);
        await two.AnswersAsync(HttpStatusCode.Unauthorized, "/own", one.Issue("lost"));
        using var redis = await _rig.Server.ConnectAsync();

        // As on a replica that had not got it when it was promoted: its number goes to the next.
        await redis.GetDatabase().ScriptEvaluateAsync(
            """
            redis.call('ZREM', 'rm:{jwt}:ends', 'lost')
            redis.call('ZREM', 'rm:{jwt}:order', 'lost')
            redis.call('ZADD', 'rm:{jwt}:ends', ARGV[1], 'later')
            redis.call('ZADD', 'rm:{jwt}:order', 1, 'later')
            """,
            values: [Until.ToUnixTimeMilliseconds()]);

        await two.AnswersAsync(HttpStatusCode.Unauthorized, "/own", one.Issue("later"));
        await Eventually.HoldsAsync(async () => await redis.GetDatabase().SortedSetLengthAsync("rm:{jwt}:order") == 2);
    }

    [Fact]
    public async Task Entries_LeaveRedis_AfterTheirTokensHaveExpired()
    {
        var one = await _rig.StartAppAsync();
        await one.DenyList().RevokeAsync("long-past", DateTimeOffset.UtcNow.AddHours(-1));
        await one.DenyList().RevokeAsync("for-ever", DateTimeOffset.MaxValue);
        using var redis = await _rig.Server.ConnectAsync();

        Assert.Equal(1, await redis.GetDatabase().SortedSetLengthAsync("rm:{jwt}:ends"));
        Assert.Equal(1, await redis.GetDatabase().SortedSetLengthAsync("rm:{jwt}:order"));
    }

    [Fact]
    public async Task WithoutRedisInTheSettings_ThoseOfTheProcessStay()
    {
        await using var app = await TestApp.StartAsync(static builder => builder.Services.AddRouteMiddleware().AddRedis(), static _ => { });

        Assert.Equal(
            [typeof(IJwtDenyList).Assembly, typeof(IMaintenanceSwitch).Assembly],
            [app.DenyList().GetType().Assembly, app.Switch().GetType().Assembly]);
    }

    [Fact]
    public async Task DenyListOfTheApplication_Stays()
    {
        var own = new OwnDenyList();
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddSingleton<IJwtDenyList>(own).AddRouteMiddleware().AddRedis(),
            static _ => { },
            [new("RouteMiddleware:Redis:Configuration", _rig.Server.Configuration)]);

        Assert.Same(own, app.DenyList());
    }

    private sealed class OwnDenyList : IJwtDenyList
    {
        public void Revoke(string jti, DateTimeOffset until)
        {
        }

        public bool IsRevoked(string jti) => false;
    }
}
