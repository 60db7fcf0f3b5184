using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Contrib.Session.Tests.Support;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S22: rotations of one session that meet.</summary>
public sealed class RotationTests
{
    [Theory]
    [InlineData(EnginesAttribute.Memory)]
    [InlineData(EnginesAttribute.Redis)]
    [InlineData(EnginesAttribute.Encrypted)]
    public async Task S22_ParallelRotationsWithoutALogin_LeaveOneLiveId(string engine)
    {
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await SessionApp.StartAsync(engine, group => group.MapPost("/rotate/{way}", async (string way, RouteSession session) =>
        {
            session.RotateId();

            if (way == "slow")
            {
                session.Set("late", "yes");
                arrived.SetResult();
                await go.Task;
            }
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");
        var late = browser.Copy();

        var rotating = late.DoAsync("/rotate/slow");
        await arrived.Task;
        await browser.DoAsync("/rotate/fast");
        go.SetResult();
        await rotating;

        Assert.Empty(late.SetCookies);
        Assert.Equal("", await late.ReadAsync("/keys"));
        Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
        Assert.Equal("(none)", await browser.ReadAsync("/get/late"));
        Assert.Single(app.Logs.Records, static record => record.EventId.Name == "WriteDropped");
    }

    [Theory]
    [Engines]
    public async Task S22_RotationByALateRequest_SetsNoCookieOverTheNewOne(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/rotate-set", static (RouteSession session) =>
        {
            session.RotateId();
            session.Set("late", "yes");
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/set/cart/book");
        var late = browser.Copy();
        await browser.DoAsync("/login/ada");

        await late.DoAsync("/rotate-set");

        Assert.Empty(late.SetCookies);
    }
}
