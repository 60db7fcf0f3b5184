using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Timing;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Timing;

public sealed class TimingMiddlewareTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task ResponseTime_OfAHandlerThatTakes234Milliseconds_IsTold()
    {
        await using var app = await StartAsync(new(), handler: TakeAsync(234));

        Assert.Equal("0.2340s", await HeaderAsync(app, "X-Response-Time"));
    }

    [Fact]
    public async Task ResponseTime_OfAStreamedAnswer_EndsWithItsHeaders()
    {
        await using var app = await StartAsync(new(), handler: async context =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await context.Response.WriteAsync("first");
            _clock.Advance(TimeSpan.FromMinutes(1));
            await context.Response.WriteAsync("last");
        });

        Assert.Equal("0.0100s", await HeaderAsync(app, "X-Response-Time"));
    }

    [Fact]
    public async Task ResponseTime_WhileTheWallClockIsSetBack_DoesNotMove()
    {
        await using var app = await StartAsync(new(), handler: context =>
        {
            _clock.SetWallClock(DateTimeOffset.UnixEpoch);
            return TakeAsync(5)(context);
        });

        Assert.Equal("0.0050s", await HeaderAsync(app, "X-Response-Time"));
    }

    [Fact]
    public async Task Headers_OfTheOptions_StandBesideEachOther()
    {
        await using var app = await StartAsync(
            new() { HeaderName = "X-Took", Format = "0.0ms", ProcessTime = true, ServerTiming = true },
            handler: TakeAsync(12.34));

        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("12.3ms", Assert.Single(response.Headers.GetValues("X-Took")));
        Assert.Equal("0.012340", Assert.Single(response.Headers.GetValues("X-Process-Time")));
        Assert.Equal("app;dur=12.3", Assert.Single(response.Headers.GetValues("Server-Timing")));
        Assert.False(response.Headers.Contains("X-Response-Time"));
    }

    [Fact]
    public async Task Headers_WithoutOptions_AreTheOneAlone()
    {
        await using var app = await StartAsync(new(), handler: TakeAsync(1));

        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("0.0010s", Assert.Single(response.Headers.GetValues("X-Response-Time")));
        Assert.False(response.Headers.Contains("X-Process-Time"));
        Assert.False(response.Headers.Contains("Server-Timing"));
    }

    [Fact]
    public async Task ServerTiming_OfTheHandler_Stays()
    {
        await using var app = await StartAsync(new() { ServerTiming = true }, handler: context =>
        {
            context.Response.Headers.Append("Server-Timing", "db;dur=3");
            return TakeAsync(4)(context);
        });

        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("db;dur=3, app;dur=4.0", string.Join(", ", response.Headers.GetValues("Server-Timing")));
    }

    [Fact]
    public async Task Middleware_StandingTwice_TellsTheWholeTimeOnce()
    {
        await using var app = await TestApp.StartAsync(
            static _ => { },
            app =>
            {
                Use(app, new() { ServerTiming = true });
                app.Use((context, next) =>
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(100));
                    return next(context);
                });
                Use(app, new() { ServerTiming = true });
                app.Run(TakeAsync(20));
            });

        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("0.1200s", Assert.Single(response.Headers.GetValues("X-Response-Time")));
        Assert.Equal("app;dur=120.0", Assert.Single(response.Headers.GetValues("Server-Timing")));
    }

    [Fact]
    public async Task ErrorAnswer_OfTheExceptionHandler_HasTheTime()
    {
        await using var app = await TestApp.StartAsync(
            static _ => { },
            app =>
            {
                Use(app, new());
                app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("sorry")));
                app.Run(_ =>
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    throw new InvalidOperationException("broken");
                });
            });

        Assert.Equal("1.0000s", await HeaderAsync(app, "X-Response-Time"));
    }

    [Fact]
    public void Pass_OfARequest_IsTheNextTaskItself()
    {
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, new TimingMiddleware(new(), _clock).InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    private void Use(WebApplication app, TimingOptions options)
    {
        var middleware = new TimingMiddleware(options, _clock);
        app.Use((HttpContext context, RequestDelegate next) => middleware.InvokeAsync(context, next));
    }

    private Task<TestApp> StartAsync(TimingOptions options, RequestDelegate handler)
        => TestApp.StartAsync(
            static _ => { },
            app =>
            {
                Use(app, options);
                app.Run(handler);
            });

    private RequestDelegate TakeAsync(double milliseconds) => context =>
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return context.Response.WriteAsync("done");
    };

    private static async Task<string> HeaderAsync(TestApp app, string name)
    {
        using var response = await app.Client.GetAsync(app.Address);
        return Assert.Single(response.Headers.GetValues(name));
    }
}
