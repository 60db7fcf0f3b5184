using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>Routes that routing runs at once: a global list behind it never sees them, and whoever tells of their chains says so.</summary>
public sealed class ShortCircuitTests
{
    private const string Header = "X-Ran";

    [Theory]
    [InlineData(false, "own", "outer ShortCircuit ShortCircuit(), once ShortCircuit ShortCircuit()")]
    [InlineData(true, "outer once own", "")]
    public async Task Chain_OfARouteThatShortCircuits_IsWhatRuns(bool standsBeforeRouting, string expected, string takenOff)
    {
        await using var app = await StartAsync(standsBeforeRouting, static app => app.MapGet("/", static () => "ok").WithMiddleware("own").ShortCircuit());
        var chain = Assert.Single(app.App.Services.GetRequiredService<IMiddlewareChains>().Routes);

        Assert.Equal(expected, await RanAsync(app, HttpMethod.Get));
        Assert.Equal(expected, string.Join(' ', chain.Links));
        Assert.Equal(takenOff, string.Join(", ", chain.TakenOff.Select(static one => $"{one.Link} {one.Reason} {one.By}")));
        Assert.Equal(expected, string.Join(' ', app.App.Services.GetRequiredService<IMiddlewareChains>().Of(chain.Endpoint)));
    }

    [Fact]
    public async Task Preflight_OfARouteThatShortCircuits_DoesNot()
    {
        await using var app = await StartAsync(false, static app => app.MapGet("/", static () => "ok").WithMiddleware("cors").ShortCircuit());
        var preflight = Assert.Single(app.App.Services.GetRequiredService<IMiddlewareChains>().Routes).Preflight;

        Assert.Equal("outer once", await RanAsync(app, HttpMethod.Options));
        Assert.Equal("outer once cors", string.Join(' ', preflight.Links));
    }

    [Fact]
    public async Task Handler_OfARouteThatShortCircuits_GetsNothingFromTheGlobalList()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(false, static app => app.MapGet("/", static (Basket basket) => basket is null).ShortCircuit()));

        Assert.Contains("takes Basket 'basket', but 'outer' is not in its chain", Assert.Single(error.Faults).What, StringComparison.Ordinal);
        await using var app = await StartAsync(false, static app => app.MapGet("/", static (Basket basket) => basket is null));
    }

    [Theory]
    [InlineData("needs_outer", "'needs_outer' needs 'outer' in the same chain.")]
    [InlineData("once,once", "'once' is a second 'once' in one chain.")]
    [InlineData("once", null)]
    [InlineData("before_outer", null)]
    [InlineData("outer,needs_outer", null)]
    public async Task P1_Rules_OfARouteThatShortCircuits_CountWhatRuns(string chain, string? fault)
    {
        // A sister that comes by the global list is told apart, though their calls are the same.
        Func<Task<TestApp>> start = () => StartAsync(false, app =>
        {
            var group = app.MapGroup("").WithMiddleware(chain.Split(','));
            group.MapGet("/", static () => "ok").ShortCircuit();
        });

        if (fault is null)
        {
            await using var app = await start();
            Assert.Equal(chain.Replace(',', ' '), await RanAsync(app, HttpMethod.Get));
            return;
        }

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(start);
        Assert.Equal(fault, Assert.Single(error.Faults).What);
    }

    [Fact]
    public async Task P1_Routes_OfOneGroup_ThatDoAndDoNotShortCircuit_AreCheckedEachByItself()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(false, static app =>
        {
            var group = app.MapGroup("").WithMiddleware("needs_outer");
            group.MapGet("/good", static () => "ok");
            group.MapGet("/short", static () => "ok").ShortCircuit();
        }));

        Assert.StartsWith("GET /short", Assert.Single(error.Faults).Where, StringComparison.Ordinal);
        await using var app = await StartAsync(true, static app => app.MapGet("/short", static () => "ok").WithMiddleware("needs_outer").ShortCircuit());
    }

    private static Task<TestApp> StartAsync(bool standsBeforeRouting, Action<WebApplication> map) => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware()
            .AddMiddleware("outer", static (context, next) => RunAsync("outer", context, next))
            .AddMiddleware("own", static (context, next) => RunAsync("own", context, next))
            .AddMiddleware<NeedsOuter>("needs_outer")
            .AddMiddleware<Once>("once")
            .AddMiddleware<BeforeOuter>("before_outer")
            .Use("outer", "once"),
        app =>
        {
            app.UseRouteMiddleware();

            if (standsBeforeRouting)
            {
                app.UseRouting();
            }

            map(app);
        },
        [new("RouteMiddleware:Cors:AllowOrigins:0", "https://a.example.com")]);

    private static Task RunAsync(string name, HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.Append(Header, name);
        return next(context);
    }

    private static async Task<string> RanAsync(TestApp app, HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, new Uri("/", UriKind.Relative));
        request.Headers.Add("Origin", "https://a.example.com");
        request.Headers.Add("Access-Control-Request-Method", "GET");
        using var response = await app.Client.SendAsync(request);

        Assert.True(response.IsSuccessStatusCode);
        return response.Headers.TryGetValues(Header, out var ran) ? string.Join(' ', ran) : "";
    }

    [Requires("outer")]
    [RunsAfter("outer")]
    private sealed class NeedsOuter : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => RunAsync("needs_outer", context, next);
    }

    [OncePerChain]
    private sealed class Once : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => RunAsync("once", context, next);
    }

    [RunsBefore("outer")]
    private sealed class BeforeOuter : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => RunAsync("before_outer", context, next);
    }

    [Requires("outer")]
    private sealed class Basket
    {
        public static ValueTask<Basket?> BindAsync(HttpContext context) => ValueTask.FromResult<Basket?>(context is null ? null : new Basket());
    }
}
