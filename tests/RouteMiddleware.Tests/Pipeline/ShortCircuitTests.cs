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
    [InlineData(false, "own", "outer ShortCircuit ShortCircuit()")]
    [InlineData(true, "outer own", "")]
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

        Assert.Equal("outer", await RanAsync(app, HttpMethod.Options));
        Assert.Equal("outer cors", string.Join(' ', preflight.Links));
    }

    [Fact]
    public async Task Handler_OfARouteThatShortCircuits_GetsNothingFromTheGlobalList()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(false, static app => app.MapGet("/", static (Basket basket) => basket is null).ShortCircuit()));

        Assert.Contains("takes Basket 'basket', but 'outer' is not in its chain", Assert.Single(error.Faults).What, StringComparison.Ordinal);
        await using var app = await StartAsync(false, static app => app.MapGet("/", static (Basket basket) => basket is null));
    }

    private static Task<TestApp> StartAsync(bool standsBeforeRouting, Action<WebApplication> map) => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware()
            .AddMiddleware("outer", static (context, next) => RunAsync("outer", context, next))
            .AddMiddleware("own", static (context, next) => RunAsync("own", context, next))
            .Use("outer"),
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
    private sealed class Basket
    {
        public static ValueTask<Basket?> BindAsync(HttpContext context) => ValueTask.FromResult<Basket?>(context is null ? null : new Basket());
    }
}
