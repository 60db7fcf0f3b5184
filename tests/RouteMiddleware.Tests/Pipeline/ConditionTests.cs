using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("/health", "")]
    [InlineData("/HEALTH/live", "")]
    [InlineData("/healthsecret", "a")]
    [InlineData("/api/x/status", "")]
    [InlineData("/api/status", "a")]
    [InlineData("/docs", "")]
    [InlineData("/docs/a/b", "")]
    public async Task Exclude_ByPath_WorksBySegment(string path, string expected)
    {
        await using var app = await StartAsync(new()
        {
            ["Middleware:0:Name"] = "a",
            ["Middleware:0:Exclude:0"] = "/health",
            ["Middleware:0:Exclude:1"] = "/api/*/status",
            ["Middleware:0:Exclude:2"] = "/docs/**",
        });

        Assert.Equal(expected, await app.Client.TrailAsync(path));
    }

    [Fact]
    public async Task Exclude_AgainstInclude_Wins()
    {
        await using var app = await StartAsync(new()
        {
            ["Middleware:0:Name"] = "a",
            ["Middleware:0:Include:0"] = "/api",
            ["Middleware:0:Exclude:0"] = "/api/open",
        });

        Assert.Equal("a", await app.Client.TrailAsync("/api/closed"));
        Assert.Equal("", await app.Client.TrailAsync("/api/open"));
        Assert.Equal("", await app.Client.TrailAsync("/other"));
    }

    [Theory]
    [InlineData("Middleware:1:Enabled", "false", "a")]
    [InlineData("Middleware:1:Environments:0", "Staging", "a")]
    [InlineData("Middleware:1:Environments:0", "production", "a b")]
    [InlineData("Disabled:0", "B", "a")]
    [InlineData("Disabled", "b, c", "a")]
    public async Task Conditions_KnownAtStart_TakeTheEntryOut(string key, string value, string expected)
    {
        await using var app = await StartAsync(new()
        {
            ["Middleware:0"] = "a",
            ["Middleware:1:Name"] = "b",
            [key] = value,
        });

        Assert.Equal(expected, await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Lists_EmptyInOneSource_DoNotHideTheItemsOfAnother()
    {
        // An empty JSON array is an empty text under the same key.
        await using var app = await StartAsync(new()
        {
            ["Middleware:0"] = "a",
            ["Middleware:1:Name"] = "b",
            ["Middleware:1:Exclude"] = "",
            ["Middleware:1:Exclude:0"] = "/",
            ["Middleware:2"] = "c",
            ["Disabled"] = "",
            ["Disabled:0"] = "c",
        });

        Assert.Equal("a", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Conditions_OnARoute_HoldInBothStages()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Filter>("filter").AddMiddleware("a", Trail.Step("a")),
            app => app.MapGet("/{path}", () => "")
                .WithMiddleware(new MiddlewareEntry("a") { Exclude = ["/one"] })
                .WithMiddleware(new MiddlewareEntry("filter") { Include = ["/two"] }));

        Assert.Equal("", await app.Client.TrailAsync("/one"));
        Assert.Equal("a filter", await app.Client.TrailAsync("/two"));
        Assert.Equal("a", await app.Client.TrailAsync("/three"));
    }

    [Fact]
    public async Task Groups_NestedInSettingsAndCode_ExpandInOrder()
    {
        await using var app = await StartAsync(
            new()
            {
                ["Groups:inner:0"] = "b",
                ["Groups:inner:1"] = "c",
                ["Groups:from_code:0"] = "c",
            },
            builder => builder.AddGroup("from_code", "a").AddGroup("outer", "a", "inner", "from_code").Use("outer"));

        Assert.Equal("a b c c", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Builder_RemoveAndClear_TakeBackWhatCodeRegistered()
    {
        await using var app = await StartAsync([], builder =>
        {
            builder.Use("a", "b").Remove("A").AddMiddleware("a", Trail.Step("new a")).Use("a");
            Assert.Contains(builder.Registrations, static registration => registration.Alias is "c");
            Assert.Equal(["b", "a"], builder.GlobalEntries.Select(static entry => entry.Name));
        });

        Assert.Equal("b new a", await app.Client.TrailAsync("/"));

        var services = new ServiceCollection();
        Assert.Empty(services.AddRouteMiddleware().AddGroup("g", "a").Use("g").Clear().Registrations);
        Assert.Empty(services.AddRouteMiddleware().Groups);
        Assert.Empty(services.AddRouteMiddleware().GlobalEntries);
    }

    private static Task<TestApp> StartAsync(Dictionary<string, string?> settings, Action<RouteMiddlewareBuilder>? configure = null) => TestApp.StartAsync(
        builder =>
        {
            var middleware = builder.Services.AddRouteMiddleware();
            Array.ForEach(["a", "b", "c"], name => middleware.AddMiddleware(name, Trail.Step(name)));
            configure?.Invoke(middleware);
        },
        app => app.UseRouteMiddleware(),
        settings.ToDictionary(pair => $"RouteMiddleware:{pair.Key}", pair => pair.Value));

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            Trail.Leave(context.HttpContext, "filter");
            return next(context);
        }
    }
}
