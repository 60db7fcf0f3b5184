using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class ReloadTests
{
    [Theory]
    [InlineData("instance", "i1", "i2")]
    [InlineData("both", "r1 f1", "r2 f2")]
    [InlineData("hook", "h1", "h2")]
    [InlineData("convention", "c1", "c2")]
    public async Task Section_ThatIsEdited_CountsFromTheNextRequestOn(string entry, string before, string after)
    {
        await using var app = await ReloadApp.StartAsync(app => app.MapGet("/", static () => "").WithMiddleware(entry), [new(ReloadApp.Version, "1")]);
        Assert.Equal(before, await app.Client.TrailAsync("/"));

        app.Edit((ReloadApp.Version, "2"));

        Assert.Equal(after, await app.Client.TrailAsync("/"));
        Assert.Contains(app.Logs.Records, static record => record is { Level: LogLevel.Information, EventId.Name: "Reloaded" });
    }

    [Fact]
    public async Task EveryLayer_OfTheSettings_IsRead()
    {
        await using var app = await ReloadApp.StartAsync(
            static app =>
            {
                app.MapGet("/group", static () => "").WithMiddleware("named");
                app.MapGet("/call", static () => "").WithMiddleware("sized", (SizedOptions options) => options.Size = 9);
            },
            [
                new($"{ReloadApp.List}:0", "sized:3"),
                new($"{ReloadApp.List}:1:Name", "sized"),
                new($"{ReloadApp.List}:1:Options:Size", "4"),
                new("RouteMiddleware:Groups:named:0", "sized:5"),
                new("RouteMiddleware:Sized:Text", "a"),
            ]);
        Assert.Equal("a:3 a:4 a:5", await app.Client.TrailAsync("/group"));
        Assert.Equal("a:3 a:4 a:9", await app.Client.TrailAsync("/call"));

        app.Edit(($"{ReloadApp.List}:0", "sized:30"), ($"{ReloadApp.List}:1:Options:Size", "40"), ("RouteMiddleware:Groups:named:0", "sized:50"), ("RouteMiddleware:Sized:Text", "b"));

        Assert.Equal("b:30 b:40 b:50", await app.Client.TrailAsync("/group"));
        Assert.Equal("b:30 b:40 b:9", await app.Client.TrailAsync("/call"));
    }

    [Theory]
    [InlineData("RouteMiddleware:Sized:Size", "0", "Size must be 1 or more, but is 0")]
    [InlineData("RouteMiddleware:Sized:Size", "many", "many")]
    [InlineData("RouteMiddleware:Sized:Sice", "2", "Sice")]
    [InlineData("RouteMiddleware:Version:Number", "-13", "-13 is not wanted")]
    [InlineData("RouteMiddleware:Nothing:Size", "2", "Nothing")]
    public async Task FaultyEdit_OfOneMiddleware_LeavesAllAsTheyWere(string key, string value, string fault)
    {
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static () => "").WithMiddleware("sized", "instance", "convention"),
            [new("RouteMiddleware:Sized:Text", "a"), new(ReloadApp.Version, "1")]);

        app.Edit((ReloadApp.Version, "2"), ("RouteMiddleware:Sized:Text", "b"), (key, value));

        Assert.Equal("a:1 i1 c1", await app.Client.TrailAsync("/"));
        var error = Assert.Single(app.Logs.Records, static record => record.Level == LogLevel.Error);
        Assert.Equal("Refused", error.EventId.Name);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FaultyEdit_ThatIsMended_CountsAsAWhole()
    {
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static () => "").WithMiddleware("sized", "instance"),
            [new("RouteMiddleware:Sized:Size", "1"), new(ReloadApp.Version, "1")]);

        app.Edit((ReloadApp.Version, "2"), ("RouteMiddleware:Sized:Size", "0"));
        app.Edit(("RouteMiddleware:Sized:Size", "3"));

        Assert.Equal("class:3 i2", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Section_ThatVanishes_LeavesAllAsTheyWere()
    {
        await using var app = await ReloadApp.StartAsync(static app => app.MapGet("/", static () => "").WithMiddleware("instance"), [new(ReloadApp.Version, "1")]);

        app.Edit((ReloadApp.Version, null));

        Assert.Equal("i1", await app.Client.TrailAsync("/"));
        Assert.Contains(app.Logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "SectionVanished" });
    }

    [Fact]
    public async Task List_ThatNamesOthers_WaitsForTheNextStartWhileOptionsCount()
    {
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static () => "").WithMiddleware("instance"),
            [new($"{ReloadApp.List}:0", "sized:3"), new("RouteMiddleware:Sized:Text", "a"), new(ReloadApp.Version, "1")]);

        app.Edit(($"{ReloadApp.List}:0", "hook"), ("RouteMiddleware:Sized:Text", "b"), (ReloadApp.Version, "2"));

        Assert.Equal("b:3 i2", await app.Client.TrailAsync("/"));
        Assert.Contains(app.Logs.Records, static record => record is { Level: LogLevel.Warning, EventId.Name: "NeedsRestart" });
    }

    [Fact]
    public async Task R18_NeighboursOfWhatChanged_KeepWhatTheyCounted()
    {
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static () => "").WithMiddleware("instance", "counting", "hook", "convention", "sized", "counting"),
            [new(ReloadApp.Version, "1"), new("RouteMiddleware:Sized:Size", "1")]);
        Assert.Equal("i1 #1 h1 c1 class:1 #1", await app.Client.TrailAsync("/"));

        app.Edit(("RouteMiddleware:Sized:Size", "2"));
        Assert.Equal("i1 #2 h1 c1 class:2 #2", await app.Client.TrailAsync("/"));

        app.Edit((ReloadApp.Version, "2"));
        Assert.Equal("i2 #3 h2 c2 class:2 #3", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task EditOfAnythingElse_MakesNothingAnew()
    {
        await using var app = await ReloadApp.StartAsync(static app => app.MapGet("/", static () => "").WithMiddleware("instance"), [new(ReloadApp.Version, "1")]);

        app.Edit(("Other:Key", "value"), ("RouteMiddleware:Sized:Text", "nobody runs it"));

        Assert.Equal("i1", await app.Client.TrailAsync("/"));
        Assert.True(app.App.Services.GetRequiredService<Generations>().IsFirst);
    }

    [Fact]
    public async Task OldMiddleware_WhileItsRequestsMayRun_IsNotDisposed()
    {
        var clock = new ManualClock();
        var disposed = new List<int>();
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static () => "").WithMiddleware("kept"),
            [new("RouteMiddleware:Kept:Size", "1")],
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock).AddSingleton(disposed);
                builder.Services.AddRouteMiddleware().AddMiddleware<Kept, SizedOptions>("kept");
            });

        app.Edit(("RouteMiddleware:Kept:Size", "2"));
        clock.Advance(OptionsReload.Grace - TimeSpan.FromTicks(1));
        Assert.Empty(disposed);

        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([1], disposed);

        await app.App.StopAsync();
        await app.App.DisposeAsync();
        Assert.Equal([1, 2], disposed);
    }

    [Fact]
    public async Task Exclusions_OfTheGlobalList_HoldAfterAReload()
    {
        await using var app = await ReloadApp.StartAsync(
            static app =>
            {
                app.MapGet("/all", static () => "");
                app.MapGet("/some", static () => "").WithoutMiddleware("instance");
            },
            [new($"{ReloadApp.List}:0:Name", "instance"), new($"{ReloadApp.List}:0:Exclude:0", "/health"), new($"{ReloadApp.List}:1", "hook"), new(ReloadApp.Version, "1")]);

        app.Edit((ReloadApp.Version, "2"));

        Assert.Equal("i2 h2", await app.Client.TrailAsync("/all"));
        Assert.Equal("h2", await app.Client.TrailAsync("/some"));
        using var health = await app.Client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(["h2"], health.Headers.GetValues(Trail.Header));
    }

    private sealed class Kept(SizedOptions options, List<int> disposed) : IMiddleware, IDisposable
    {
        public void Dispose() => disposed.Add(options.Size);

        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }
}
