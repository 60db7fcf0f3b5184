using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Introspection.Live;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

[Collection(MeasuredAlone.Name)]
public sealed class ExplorerStreamTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Figures_OfRequestsWhileSomebodyLooks_AreCountedByRouteAndMiddleware()
    {
        await using var app = await StartAsync();
        using var stream = await FigureStream.OpenAsync(app);
        Assert.Empty((await stream.ReadAsync())!.Value.GetProperty("routes").EnumerateArray());

        await app.GetAsync("/passing", 3);
        await app.GetAsync("/refusing", 2);
        await app.GetAsync("/answering");
        await app.GetAsync("/failing");
        await app.GetAsync("/handler-fails");
        await app.GetAsync("/missing", 4);
        var routes = new Dictionary<int, JsonElement>();
        var links = new Dictionary<(int Route, int Link), JsonElement>();
        var middleware = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

        await stream.ReadUntilAsync(
            figures =>
            {
                foreach (var route in figures.GetProperty("routes").EnumerateArray())
                {
                    routes[route[0].GetInt32()] = route;
                }

                foreach (var link in figures.GetProperty("links").EnumerateArray())
                {
                    links[(link[0].GetInt32(), link[1].GetInt32())] = link;
                }

                foreach (var one in figures.GetProperty("middleware").EnumerateObject())
                {
                    middleware[one.Name] = one.Value;
                }

                return routes.Values.Sum(static route => route[1].GetInt64()) >= 12 && middleware.Count >= 5;
            },
            () => _clock.Advance(Second));

        // Requests, refused, errors; then passes, answered, refused, failed.
        Assert.Equal("3 0 0", Of(routes[await app.NumberOfAsync("GET /passing")], 1, 3));
        Assert.Equal("2 2 0", Of(routes[await app.NumberOfAsync("GET /refusing")], 1, 3));
        Assert.Equal("1 0 0", Of(routes[await app.NumberOfAsync("GET /answering")], 1, 3));
        Assert.Equal("1 0 1", Of(routes[await app.NumberOfAsync("GET /failing")], 1, 3));
        Assert.Equal("1 0 1", Of(routes[await app.NumberOfAsync("GET /handler-fails")], 1, 3));
        Assert.Equal("4 0 0", Of(routes[-1], 1, 3));
        Assert.Equal("3 0 0 0", Of(links[(await app.NumberOfAsync("GET /passing"), 1)], 2, 4));
        Assert.Equal("2 0 2 0", Of(links[(await app.NumberOfAsync("GET /refusing"), 1)], 2, 4));
        Assert.Equal("2 0 0 0", Of(links[(await app.NumberOfAsync("GET /refusing"), 0)], 2, 4));
        Assert.Equal("1 1 0 0", Of(links[(await app.NumberOfAsync("GET /answering"), 1)], 2, 4));
        Assert.Equal("1 0 0 1", Of(links[(await app.NumberOfAsync("GET /failing"), 1)], 2, 4));
        Assert.Equal("1 0 0 0", Of(links[(await app.NumberOfAsync("GET /handler-fails"), 1)], 2, 4));
        Assert.Equal("4 0 0 0", Of(links[(-1, 0)], 2, 4));
        Assert.Equal("{\"not_today\":2}", middleware["refuse"][6].GetRawText());
        Assert.Equal(12, middleware["outer"][0].GetInt32());
    }

    [Fact]
    public async Task Times_OfAMiddleware_AreItsOwn()
    {
        await using var app = await StartAsync();
        using var stream = await FigureStream.OpenAsync(app);
        await stream.ReadAsync();

        await app.GetAsync("/slow");
        var figures = await stream.ReadUntilAsync(static figures => figures.GetProperty("middleware").TryGetProperty("slow", out _), () => _clock.Advance(Second));

        // Four milliseconds of its own, eight of the handler's; a step is a fifth wide at most.
        Assert.InRange(figures.GetProperty("middleware").GetProperty("slow")[4].GetDouble(), 3200, 4800);
        Assert.InRange(figures.GetProperty("middleware").GetProperty("outer")[4].GetDouble(), 0, 1);
    }

    [Fact]
    public async Task Measuring_BeforeAndAfterSomebodyLooks_IsOff()
    {
        await using var app = await StartAsync();
        var generations = app.App.Services.GetRequiredService<Generations>();
        Assert.True(generations.IsPlain);

        using (var stream = await FigureStream.OpenAsync(app))
        {
            await stream.ReadAsync();
            Assert.False(generations.IsPlain);
        }

        await WaitAsync(() => generations.IsPlain);
        Assert.Equal(0, app.App.Services.GetRequiredService<LiveFigures>().Viewers);
    }

    [Fact]
    public async Task Viewers_PastTheSixteenth_AreToldToComeBack()
    {
        await using var app = await StartAsync();
        var streams = new List<FigureStream>();

        try
        {
            for (var i = 0; i < LiveFigures.MostViewers; i++)
            {
                streams.Add(await FigureStream.OpenAsync(app));
            }

            using var refused = await app.Client.GetAsync(new Uri("/_middleware/live", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter!.Delta);
            Assert.Contains("\"code\":\"explorer_busy\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

            streams[0].Dispose();
            var figures = app.App.Services.GetRequiredService<LiveFigures>();
            await WaitAsync(() => figures.Viewers < LiveFigures.MostViewers);
            streams[0] = await FigureStream.OpenAsync(app);
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
        }
    }

    [Fact]
    public async Task Stream_WhileNothingHappens_ShowsASignOfLifeEachSecond()
    {
        await using var app = await StartAsync();
        using var stream = await FigureStream.OpenAsync(app);
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no", Assert.Single(stream.Response.Headers.GetValues("X-Accel-Buffering")));

        for (var second = 0; second < 3; second++)
        {
            Assert.Equal(second * 1000, (await stream.ReadAsync())!.Value.GetProperty("at").GetInt32());
            await TickAsync();
        }
    }

    [Fact]
    public async Task Stream_AfterAnHour_EndsSoThatTheViewerShowsWhoHeIs()
    {
        await using var app = await StartAsync();
        using var stream = await FigureStream.OpenAsync(app);
        await stream.ReadAsync();

        await TickAsync(TimeSpan.FromHours(1));

        while (await stream.ReadAsync() is { } last)
        {
            Assert.Equal(3_600_000, last.GetProperty("at").GetInt32());
        }
    }

    [Fact]
    public async Task Stop_WhileSomebodyLooks_DoesNotWait()
    {
        await using var app = await StartAsync();
        using var stream = await FigureStream.OpenAsync(app);
        await stream.ReadAsync();
        var began = Stopwatch.GetTimestamp();

        await app.App.StopAsync();

        // The host waits for thirty seconds for what does not end.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task Requests_WithPathsOfEveryKind_DoNotMakeTheFiguresGrow()
    {
        await using var app = await StartAsync();
        using var stream = await FigureStream.OpenAsync(app);
        await stream.ReadAsync();

        for (var i = 0; i < 200; i++)
        {
            await app.GetAsync($"/invented/{i}");
        }

        var figures = await stream.ReadUntilAsync(
            static figures => figures.GetProperty("routes").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Array } route && route[1].GetInt32() == 200,
            () => _clock.Advance(Second));
        Assert.Equal(1, figures.GetProperty("routes").GetArrayLength());
        Assert.Equal(1, figures.GetProperty("links").GetArrayLength());
    }

    private static string Of(JsonElement row, int first, int count) => string.Join(' ', Enumerable.Range(first, count).Select(at => row[at].GetInt32()));

    private async Task TickAsync(TimeSpan? by = null)
    {
        // The stream waits for its timer once its event is out; a tick before that is kept for it.
        await Task.Yield();
        _clock.Advance(by ?? Second);
    }

    private static async Task WaitAsync(Func<bool> isDone)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        while (!isDone())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Task<TestApp> StartAsync()
    {
        var refusal = new Refusal(StatusCodes.Status403Forbidden, "not_today", "Not today", "Come back tomorrow.") { Middleware = "refuse" };

        return ExplorerApp.StartAsync(
            app =>
            {
                app.UseRouteMiddleware();
                app.MapMiddlewareExplorer().WithoutMiddleware("outer");
                app.MapGet("/passing", static () => "").WithMiddleware("pass");
                app.MapGet("/refusing", static () => "").WithMiddleware("refuse", "pass");
                app.MapGet("/answering", static () => "").WithMiddleware("answer", "pass");
                app.MapGet("/failing", static () => "").WithMiddleware("fail", "pass");
                app.MapGet("/handler-fails", static string () => throw new InvalidOperationException("broken")).WithMiddleware("pass");
                app.MapGet("/slow", () => _clock.Advance(TimeSpan.FromMilliseconds(8))).WithMiddleware("slow");
            },
            builder => builder
                .AddMiddleware("outer", static (context, next) => next(context))
                .AddMiddleware("pass", static (context, next) => next(context))
                .AddMiddleware("refuse", (context, _) => refusal.WriteAsync(context))
                .AddMiddleware("answer", static (context, _) => context.Response.WriteAsync("cached"))
                .AddMiddleware("fail", static (_, _) => throw new InvalidOperationException("broken"))
                .AddMiddleware("slow", (context, next) =>
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(4));
                    return next(context);
                })
                .Use("outer"),
            services: builder => builder.Services.AddSingleton<TimeProvider>(_clock));
    }
}
