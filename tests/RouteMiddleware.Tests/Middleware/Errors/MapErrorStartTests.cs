using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

public sealed class MapErrorStartTests
{
    [Fact]
    public async Task Mapping_WithoutCommonInItsChain_StopsTheStart()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/alone", static () => "ok").MapError<TimeoutException>(504);
                app.MapGroup("/group").MapError<KeyNotFoundException>(static (_, _) => Results.NotFound()).MapGet("/in", static () => "ok");
                app.MapGet("/with", static () => "ok").MapError<TimeoutException>(504).WithCommon();
            }));

        Assert.Collection(
            error.Faults.OrderBy(static fault => fault.Where, StringComparer.Ordinal),
            static fault => Assert.Matches(@"^GET /alone: 'MapError<TimeoutException> \(MapErrorStartTests\.cs:\d+\)' needs 'common', which is not in the chain\. Add \.WithMiddleware\(""common""\)", fault.ToString()),
            static fault => Assert.Matches(@"^GET /group/in: 'MapError<KeyNotFoundException> \(MapErrorStartTests\.cs:\d+\)' needs 'common'", fault.ToString()));
    }

    [Fact]
    public async Task Mapping_WhereCommonIsTakenOffOrDisabled_StopsTheStart()
    {
        var takenOff = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ErrorApp.StartAsync(
            static app => app.MapGet("/", static () => "ok").MapError<TimeoutException>(504).WithoutMiddleware("common")));
        var disabled = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ErrorApp.StartAsync(
            static app => app.MapGet("/", static () => "ok").MapError<TimeoutException>(504),
            settings: new Dictionary<string, string?> { ["RouteMiddleware:Disabled:0"] = "common" }));

        Assert.Single(takenOff.Faults);
        Assert.Single(disabled.Faults);
    }

    [Fact]
    public async Task Mapping_OfTheApplication_NeedsNoCommon()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().MapError<TimeoutException>(504),
            static app => app.MapGet("/", static () => "ok"));

        Assert.Equal((200, "ok"), await app.AnswerAsync("/"));
    }

    [Theory]
    [InlineData(399)]
    [InlineData(600)]
    public void Status_ThatIsNoError_IsRefusedAtTheCall(int status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var middleware = builder.Services.AddRouteMiddleware();
        var app = builder.Build();

        Assert.Throws<ArgumentOutOfRangeException>(nameof(status), () => middleware.MapError<TimeoutException>(status));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(status), () => app.MapGroup("").MapError<TimeoutException>(status));
    }

    [Fact]
    public async Task Mapping_WithoutTheServices_StopsTheStart()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddAuthorization(),
            static app => app.MapGet("/", static () => "ok").MapError<TimeoutException>(504)));

        Assert.Contains("AddRouteMiddleware", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapping_OnAGroupAfterTheStart_IsRefused()
    {
        RouteGroupBuilder? group = null;
        await using var app = await ErrorApp.StartAsync(app => (group = app.MapGroup("/group")).MapGet("/", static () => "ok"));

        var error = Assert.Throws<InvalidOperationException>(() => group!.MapError<TimeoutException>(504));

        Assert.Contains("after the application has started", error.Message, StringComparison.Ordinal);
    }
}
