using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Timing;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Timing;

public sealed class ServerTimingDetailsTests
{
    private const string Details = "RouteMiddleware:Timing:ServerTimingDetails";

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("/route", "first;dur=1.00, timing;dur=0.00, second;dur=20.00, both;dur=4050.00, total;dur=4370.00")]
    [InlineData("/refused", "first;dur=1.00, timing;dur=0.00, refuse;dur=8.00, total;dur=8.00")]
    [InlineData("/nowhere", "first;dur=1.00, timing;dur=0.00, total;dur=0.00")]
    public async Task Details_TellWhatEachMiddlewareTookSoFar(string path, string expected)
    {
        await using var app = await StartAsync([new(Details, "true")]);

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal([expected], response.Headers.GetValues("Server-Timing"));
    }

    [Fact]
    public async Task Details_AreOffByDefault_AndMeasureNothing()
    {
        await using var app = await StartAsync([]);

        using var response = await app.Client.GetAsync(new Uri("/route", UriKind.Relative));

        Assert.False(response.Headers.Contains("Server-Timing"));
        Assert.True(app.App.Services.GetRequiredService<RouteMiddleware.Pipeline.Generations>().IsPlain);
    }

    [Fact]
    public async Task Details_BesideTheWhole_StandBehindIt()
    {
        await using var app = await StartAsync([new(Details, "true"), new("RouteMiddleware:Timing:ServerTiming", "true")]);

        using var response = await app.Client.GetAsync(new Uri("/refused", UriKind.Relative));

        Assert.Equal("app;dur=8.0, first;dur=1.00, timing;dur=0.00, refuse;dur=8.00, total;dur=8.00", string.Join(", ", response.Headers.GetValues("Server-Timing")));
    }

    [Fact]
    public async Task Details_OnARouteAlone_AreTheirs_AndOthersSendNone()
    {
        await using var app = await StartAsync([], timeRoute: true);

        using var timed = await app.Client.GetAsync(new Uri("/timed", UriKind.Relative));
        using var other = await app.Client.GetAsync(new Uri("/refused", UriKind.Relative));

        Assert.Equal(["first;dur=1.00, timing;dur=0.00, second;dur=20.00, total;dur=20.00"], timed.Headers.GetValues("Server-Timing"));
        Assert.False(other.Headers.Contains("Server-Timing"));
    }

    [Theory]
    [InlineData("true", "X-Response-Time, Server-Timing")]
    [InlineData("false", "X-Response-Time")]
    public async Task Details_AreToldToDocuments(string details, string expected)
    {
        await using var app = await StartAsync([new(Details, details)]);
        var endpoint = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0];

        Assert.Equal(expected, string.Join(", ", app.App.Services.GetRequiredService<IMiddlewareAnswers>().Of(endpoint, "GET").HeadersOf(200)));
    }

    [Fact]
    public void Middleware_Disposed_HasRequestsMeasuredNoLonger()
    {
        using var services = new ServiceCollection().AddLogging().AddMetrics().AddRouteMiddleware().Services.BuildServiceProvider();
        var observation = services.GetRequiredService<RouteMiddleware.Pipeline.Observation>();

        var first = new TimingMiddleware(new() { ServerTimingDetails = true }, TimeProvider.System, observation);
        var second = new TimingMiddleware(new() { ServerTimingDetails = true }, TimeProvider.System, observation);
        new TimingMiddleware(new(), TimeProvider.System, observation).Dispose();
        Assert.True(observation.IsOn);

        first.Dispose();
        first.Dispose();
        Assert.True(observation.IsOn);
        second.Dispose();
        Assert.False(observation.IsOn);
    }

    [Fact]
    public void Names_AreTokens_AndTheirNumberIsBounded()
    {
        MiddlewareTime[] times = [new("(delegate)", 5), new("My.App+Inner`1[[x, y]]", 15), new("žluť", 25), new(new string('a', 100), -3), .. Enumerable.Repeat(new MiddlewareTime("more", 0), 100)];

        var metrics = ServerTimingDetails.Write(times, 1000, 1000).Split(", ");

        Assert.Equal(["_delegate_;dur=5.00", "My.App+Inner`1__x__y__;dur=15.00", "_lu_;dur=25.00", $"{new string('a', 64)};dur=0.00"], metrics[..4]);
        Assert.Equal(33, metrics.Length);
        Assert.Equal("total;dur=1000.00", metrics[^1]);
    }

    private Task<TestApp> StartAsync(IEnumerable<KeyValuePair<string, string?>> settings, bool timeRoute = false) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock).AddSingleton(_clock);
            var middleware = builder.Services.AddRouteMiddleware()
                .AddMiddleware("first", Taking(1))
                .AddMiddleware("second", Taking(20))
                .AddMiddleware<BothStages>("both")
                .AddMiddleware("refuse", (context, _) =>
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(8));
                    return Results.StatusCode(418).ExecuteAsync(context);
                })
                .Use("first");

            if (!timeRoute)
            {
                middleware.Use("timing");
            }
        },
        app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/route", () => _clock.Advance(TimeSpan.FromMilliseconds(300))).WithMiddleware("second", "both");
            app.MapGet("/refused", static () => "").WithMiddleware("refuse");

            if (timeRoute)
            {
                app.MapGet("/timed", static () => "").WithTiming(static o => o.ServerTimingDetails = true).WithMiddleware("second");
            }
        },
        settings);

    private Func<HttpContext, RequestDelegate, Task> Taking(int milliseconds) => (context, next) =>
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return next(context);
    };

    private sealed class BothStages(ManualClock clock) : IMiddleware, IEndpointFilter
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return next(context);
        }

        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var result = await next(context);
            clock.Advance(TimeSpan.FromMilliseconds(4000));
            return result;
        }
    }
}
