using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Pipeline;

namespace RouteMiddleware.Tests.Introspection;

public sealed class OptionProvenanceTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["RouteMiddleware:Probe:Window"] = "30s",
        ["RouteMiddleware:Probe:Day"] = "friday",
        ["RouteMiddleware:Probe:Names:0"] = "x",
        ["RouteMiddleware:Probe:Names:1"] = "y",
        ["RouteMiddleware:Probe:Headers:X-Two"] = "2",
        ["RouteMiddleware:Middleware:0:Name"] = "probe:7",
        ["RouteMiddleware:Middleware:0:Options:Text"] = "entry",
    };

    [Fact]
    public async Task EachLayer_IsNamedWithItsKey()
    {
        await using var app = await StartAsync(Settings);
        var global = Links(app, null).Single();

        Assert.Equal(("7", ChainOptionSource.Argument, "probe:7 in RouteMiddleware:Middleware:0"), Read(global, "Limit"));
        Assert.Equal(("00:00:30", ChainOptionSource.Section, "RouteMiddleware:Probe:Window"), Read(global, "Window"));
        Assert.Equal(("Friday", ChainOptionSource.Section, "RouteMiddleware:Probe:Day"), Read(global, "Day"));
        Assert.Equal(("entry", ChainOptionSource.Entry, "RouteMiddleware:Middleware:0:Options:Text"), Read(global, "Text"));
        Assert.Equal(("[x, y]", ChainOptionSource.Section, "RouteMiddleware:Probe:Names"), Read(global, "Names"));
        Assert.Equal(("1", ChainOptionSource.ClassDefault, "ProbeOptions"), Read(global, "Headers:X-One"));
        Assert.Equal(("2", ChainOptionSource.Section, "RouteMiddleware:Probe:Headers:X-Two"), Read(global, "Headers:X-Two"));
        Assert.Equal(("3", ChainOptionSource.Registration, "AddMiddleware(\"probe\")"), Read(global, "Headers:X-Three"));
        Assert.Equal(("true", ChainOptionSource.Registration, "AddMiddleware(\"probe\")"), Read(global, "On"));
        Assert.Equal((null, ChainOptionSource.ClassDefault, "ProbeOptions"), Read(global, "Code"));
    }

    [Fact]
    public async Task Call_IsNamedByFileAndLine()
    {
        await using var app = await StartAsync(Settings);
        var link = Links(app, "GET /called")[^1];

        Assert.Equal("9", Read(link, "Limit").Value);
        Assert.Equal(ChainOptionSource.Call, Read(link, "Limit").Source);
        Assert.Matches("^OptionProvenanceTests.cs:[0-9]+$", Read(link, "Limit").Origin);
        Assert.Equal(("(code)", ChainOptionSource.Call, Read(link, "Limit").Origin), Read(link, "Code"));
        Assert.Equal(ChainOptionSource.Section, Read(link, "Window").Source);
    }

    [Fact]
    public async Task EntryInCode_IsNamedByFileAndLine()
    {
        await using var app = await StartAsync(Settings);
        var link = Links(app, "GET /entry")[^1];

        Assert.Equal(("code", ChainOptionSource.Entry), (Read(link, "Text").Value, Read(link, "Text").Source));
        Assert.Matches("^OptionProvenanceTests.cs:[0-9]+$", Read(link, "Text").Origin);
    }

    [Theory]
    [InlineData("GET /same-argument", ChainOptionSource.Argument)]
    [InlineData("GET /same-call", ChainOptionSource.Call)]
    [InlineData("GET /bare", ChainOptionSource.ClassDefault)]
    public async Task Layer_ThatSetsTheSameValue_IsTheOneThatSetIt(string route, ChainOptionSource source)
    {
        await using var app = await StartAsync([]);

        Assert.Equal(("100", source), (Read(Links(app, route)[^1], "Limit").Value, Read(Links(app, route)[^1], "Limit").Source));
    }

    [Fact]
    public async Task Call_WhoseVariableChangedSince_ShowsWhatIsInEffect()
    {
        var limit = 5;
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware<ChainProbe, ProbeOptions>("probe"),
            app => app.MapGet("/", static () => "ok").WithMiddleware("probe", (ProbeOptions options) => options.Limit = limit));
        limit = 6;

        Assert.Equal("probe5", await app.Client.TrailAsync("/"));
        Assert.Equal(("5", ChainOptionSource.Call), (Read(Links(app, "GET /").Single(), "Limit").Value, Read(Links(app, "GET /").Single(), "Limit").Source));
    }

    [Fact]
    public async Task Call_ThatFailsOnStrangeValues_IsReadByWhatItChanges()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware<ChainProbe, ProbeOptions>("probe"),
            static app => app.MapGet("/", static () => "ok").WithMiddleware("probe", static (ProbeOptions options)
                => options.Limit = options.Limit == 100 ? 8 : throw new InvalidOperationException("Only the default may be changed.")));

        Assert.Equal(("8", ChainOptionSource.Call), (Read(Links(app, "GET /").Single(), "Limit").Value, Read(Links(app, "GET /").Single(), "Limit").Source));
    }

    [Fact]
    public async Task PostConfigure_WinsOverTheCallAndIsNamed()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware<ChainProbe, ProbeOptions>("probe").PostConfigure<ProbeOptions>("probe", static options => options.Limit = 3),
            static app => app.MapGet("/", static () => "ok").WithMiddleware("probe:5", static (ProbeOptions options) => options.Text = "call"));
        var link = Links(app, "GET /")[0];

        Assert.Equal(("3", ChainOptionSource.Registration, "PostConfigure(\"probe\")"), Read(link, "Limit"));
        Assert.Equal(("call", ChainOptionSource.Call), (Read(link, "Text").Value, Read(link, "Text").Source));
    }

    [Fact]
    public async Task Reload_ThatIsAccepted_ShowsTheNewValues()
    {
        await using var app = await StartAsync(Settings);
        var before = Links(app, null).Single();

        app.Edit(("RouteMiddleware:Probe:Window", "40s"), ("RouteMiddleware:Middleware:0:Name", "probe:8"), ("RouteMiddleware:Middleware:0:Options:Text", "other"));
        Assert.Equal("probe8", await app.Client.TrailAsync("/nowhere"));

        foreach (var link in new[] { before, Links(app, null).Single() })
        {
            Assert.Equal(("8", ChainOptionSource.Argument), (Read(link, "Limit").Value, Read(link, "Limit").Source));
            Assert.Equal("00:00:40", Read(link, "Window").Value);
            Assert.Equal(("other", ChainOptionSource.Entry, "RouteMiddleware:Middleware:0:Options:Text"), Read(link, "Text"));
        }

        Assert.Equal("probe:8", Links(app, null).Single().ToString());
    }

    [Fact]
    public async Task Reload_ThatIsRefused_ShowsTheOldValues()
    {
        await using var app = await StartAsync(Settings);

        app.Edit(("RouteMiddleware:Probe:Window", "40s"), ("RouteMiddleware:Probe:Day", "someday"));

        Assert.Equal("00:00:30", Read(Links(app, null).Single(), "Window").Value);
        Assert.Equal("Friday", Read(Links(app, null).Single(), "Day").Value);
    }

    private static (string? Value, ChainOptionSource Source, string Origin) Read(ChainLink link, string name)
    {
        var option = link.GetOptions().Single(option => option.Name == name);
        return (option.Value, option.Source, option.Origin);
    }

    private static IReadOnlyList<ChainLink> Links(TestApp app, string? route)
    {
        var chains = app.App.Services.GetRequiredService<IMiddlewareChains>();
        return route is null ? chains.Describe(null).Links : chains.Routes.Single(one => one.Name == route).Links;
    }

    private static Task<TestApp> StartAsync(Dictionary<string, string?> settings) => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware().AddMiddleware<ChainProbe, ProbeOptions>("probe", static options =>
        {
            options.On = true;
            options.Window = TimeSpan.FromHours(1);
            options.Headers["X-Three"] = "3";
        }),
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/bare", static () => "ok").WithMiddleware("probe");
            app.MapGet("/same-argument", static () => "ok").WithMiddleware("probe:100");
            app.MapGet("/same-call", static () => "ok").WithMiddleware("probe", static (ProbeOptions options) => options.Limit = 100);
            app.MapGet("/entry", static () => "ok").WithMiddleware(new MiddlewareEntry("probe") { Options = { ["text"] = "code" } });
            app.MapGet("/called", static () => "ok").WithMiddleware("probe:5", static (ProbeOptions options) =>
            {
                options.Limit = 9;
                options.Code = static () => "";
            });
        },
        settings);
}
