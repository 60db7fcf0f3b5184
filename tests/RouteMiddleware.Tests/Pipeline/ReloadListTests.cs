using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>Edits of what is settled at the start: nothing of them counts before the next one, and that is said.</summary>
public sealed class ReloadListTests
{
    private const string List = "RouteMiddleware:Middleware";
    private const string Group = "RouteMiddleware:Groups:api";
    private const string Disabled = "RouteMiddleware:Disabled:0";

    public static TheoryData<string, string, (string Key, string? Value)[]> Edits => new()
    {
        { "another one", List, [($"{List}:0:Name", "hook")] },
        { "one more", List, [($"{List}:2", "hook")] },
        { "another order", List, [($"{List}:0:Name", "sized:2"), ($"{List}:1:Name", "sized:1")] },
        { "moved, and another in its place", List, [($"{List}:1:Name", "sized:1"), ($"{List}:0:Name", "sized:5")] },
        { "Include", List, [($"{List}:0:Include:0", "/orders")] },
        { "Exclude", List, [($"{List}:0:Exclude:0", "/orders")] },
        { "Enabled", List, [($"{List}:0:Enabled", "false")] },
        { "Environments", List, [($"{List}:0:Environments:0", "Development")] },
        { "a group", "api", [($"{Group}:1", "hook")] },
        { "order within a group", "api", [($"{Group}:0", "sized:4"), ($"{Group}:1", "sized:3")] },
        { "Disabled", List, [(Disabled, "sized")] },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task Edit_OfAList_WaitsForTheNextStartAndIsToldOnce(string edit, string list, (string Key, string? Value)[] edits)
    {
        await using var app = await StartAsync();

        app.Edit([.. edits, (ReloadApp.Version, "2")]);

        Assert.Equal("class:1 class:2 class:3 class:4 i2", await app.Client.TrailAsync("/"));
        Assert.Contains(Warnings(app), warning => warning.Contains($"'{list}'", StringComparison.Ordinal));
        Assert.All(Warnings(app), warning => Assert.Contains("at the next start", warning, StringComparison.Ordinal));
        var told = Warnings(app).Length;
        Assert.True(told == 1 || edit == "Disabled", edit);

        // Whoever turns something else later has heard it.
        app.Edit((ReloadApp.Version, "3"));

        Assert.Equal("class:1 class:2 class:3 class:4 i3", await app.Client.TrailAsync("/"));
        Assert.Equal(told, Warnings(app).Length);
    }

    [Fact]
    public async Task List_WhereNoneWas_IsTold()
    {
        await using var app = await ReloadApp.StartAsync(static app => app.MapGet("/", static () => "").WithMiddleware("instance"), [new(ReloadApp.Version, "1")]);

        app.Edit(($"{List}:0", "hook"));

        Assert.Equal("i1", await app.Client.TrailAsync("/"));
        Assert.Contains($"'{List}'", Assert.Single(Warnings(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ThatNamesOthers_KeepsTheOptionsThatWereReloadedLast()
    {
        await using var app = await StartAsync();

        app.Edit(($"{List}:0:Name", "sized:7"));
        Assert.Equal("class:7 class:2 class:3 class:4 i1", await app.Client.TrailAsync("/"));

        app.Edit(($"{List}:2", "hook"), ("RouteMiddleware:Sized:Text", "b"));
        Assert.Equal("b:7 b:2 b:3 b:4 i1", await app.Client.TrailAsync("/"));

        app.Edit(($"{List}:0:Name", "sized:8"), ($"{Group}:0", "sized:9"));
        Assert.Equal("b:7 b:2 b:9 b:4 i1", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Edit_ThatIsRefused_TellsNothingOfTheNextStart()
    {
        await using var app = await StartAsync();

        app.Edit(($"{List}:2", "hook"), ("RouteMiddleware:Sized:Size", "0"), ($"{Group}:0", "sized"));

        Assert.Empty(Warnings(app));
        Assert.Contains(app.Logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "Refused" });
    }

    [Fact]
    public async Task Entry_ThatSaysNowWhatItsNeighbourSays_HasNotMoved()
    {
        await using var app = await StartAsync();

        app.Edit(($"{List}:0:Name", "sized:2"));

        Assert.Equal("class:2 class:2 class:3 class:4 i1", await app.Client.TrailAsync("/"));
        Assert.Empty(Warnings(app));
    }

    private static Task<TestApp> StartAsync() => ReloadApp.StartAsync(
        static app => app.MapGet("/", static () => "").WithMiddleware("api", "instance"),
        [
            new($"{List}:0:Name", "sized:1"),
            new($"{List}:1:Name", "sized:2"),
            new($"{Group}:0", "sized:3"),
            new($"{Group}:1", "sized:4"),
            new(ReloadApp.Version, "1"),
        ]);

    private static string[] Warnings(TestApp app) => [.. app.Logs.Records.Where(static record => record.EventId.Name == "NeedsRestart").Select(static record => record.Message)];
}
