using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Introspection;

public sealed class RouteChainTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["RouteMiddleware:Middleware:0"] = "request_id",
        ["RouteMiddleware:Middleware:1:Name"] = "timing",
        ["RouteMiddleware:Middleware:1:Exclude:0"] = "/health",
        ["RouteMiddleware:Middleware:2:Name"] = "security_headers",
        ["RouteMiddleware:Middleware:2:Enabled"] = "false",
        ["RouteMiddleware:Middleware:3:Name"] = "gzip",
        ["RouteMiddleware:Middleware:3:Environments:0"] = "Development",
        ["RouteMiddleware:Middleware:4"] = "logging",
        ["RouteMiddleware:Disabled:0"] = "logging",
        ["RouteMiddleware:Groups:inner:0"] = "rate_limit:5/1m",
        ["RouteMiddleware:Groups:api:0"] = "inner",
        ["RouteMiddleware:Groups:api:1:Name"] = "body_limit",
        ["RouteMiddleware:Groups:api:1:Enabled"] = "false",
    };

    [Fact]
    public async Task Link_TellsPlaceOriginGroupsAndConditions()
    {
        await using var app = await StartAsync();
        var chain = ChainOf(app, "GET /api/route");

        Assert.Equal(["request_id", "timing", "rate_limit:5/1m", "probe", "(delegate)"], chain.Links.Select(static link => link.ToString()));
        Assert.Equal([ChainPlace.Global, ChainPlace.Global, ChainPlace.Group, ChainPlace.Group, ChainPlace.Route], chain.Links.Select(static link => link.Place));
        Assert.Equal([ChainStage.Request, ChainStage.Request, ChainStage.Request, ChainStage.Both, ChainStage.Request], chain.Links.Select(static link => link.Stage));
        Assert.Equal("RouteMiddleware:Middleware:1:Name", $"{chain.Links[1].Origin}:Name");
        Assert.Equal(["/health"], chain.Links[1].Exclude);
        Assert.Null(chain.Links[1].AttachedAt);
        Assert.Equal(["api", "inner"], chain.Links[2].Groups);
        Assert.Equal("RouteMiddleware:Groups:inner:0", chain.Links[2].Origin);
        Assert.Matches("^RouteChainTests.cs:[0-9]+$", chain.Links[2].AttachedAt);
        Assert.Matches("^RouteChainTests.cs:[0-9]+$", chain.Links[3].Origin);
        Assert.Equal(typeof(ChainProbe).FullName, chain.Links[3].ClassName);
        Assert.Contains(nameof(RouteChainTests), chain.Links[4].ClassName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_TellsMethodsTemplateNameAndOrder()
    {
        await using var app = await StartAsync();
        var chain = ChainOf(app, "PUT,PATCH /api/named/{id}");

        Assert.Equal(["PUT", "PATCH"], chain.Methods);
        Assert.Equal("/api/named/{id}", chain.Template);
        Assert.Equal("The named one", chain.DisplayName);
        Assert.Equal(7, chain.Order);
        Assert.Equal("* /plain", ChainOf(app, "* /plain").Name);
        Assert.Empty(ChainOf(app, "* /plain").Methods);
    }

    [Theory]
    [InlineData("security_headers", TakenOffReason.NotEnabled, "RouteMiddleware:Middleware:2:Enabled")]
    [InlineData("gzip", TakenOffReason.Environment, "RouteMiddleware:Middleware:3:Environments")]
    [InlineData("logging", TakenOffReason.Disabled, "RouteMiddleware:Disabled")]
    [InlineData("body_limit", TakenOffReason.NotEnabled, "RouteMiddleware:Groups:api:1:Enabled")]
    [InlineData("timing", TakenOffReason.WithoutMiddleware, "WithoutMiddleware(\"timing\") RouteChainTests.cs:")]
    [InlineData("rate_limit:5/1m", TakenOffReason.WithoutMiddleware, "WithoutMiddleware(\"api\") RouteChainTests.cs:")]
    [InlineData("probe", TakenOffReason.WithoutMiddleware, "WithoutMiddleware<ChainProbe>() RouteChainTests.cs:")]
    public async Task TakenOff_TellsWhatAndByWhom(string entry, TakenOffReason reason, string by)
    {
        await using var app = await StartAsync();
        var takenOff = Assert.Single(ChainOf(app, "GET /api/bare").TakenOff, one => one.Link.ToString() == entry);

        // What doesn't count anyway is named by the call that took it off as well.
        Assert.Equal(entry == "body_limit" ? TakenOffReason.WithoutMiddleware : reason, takenOff.Reason);
        Assert.StartsWith(entry == "body_limit" ? "WithoutMiddleware(\"api\")" : by, takenOff.By, StringComparison.Ordinal);
        Assert.Equal(reason, Assert.Single(ChainOf(app, "GET /api/route").TakenOff.Append(takenOff with { Reason = reason }).DistinctBy(static one => one.Link.ToString()), one => one.Link.ToString() == entry).Reason);
    }

    [Fact]
    public async Task Unmatched_HasTheGlobalListAlone()
    {
        await using var app = await StartAsync();
        var chain = Chains(app).Describe(null);

        Assert.Equal(["request_id", "timing"], chain.Links.Select(static link => link.Name));
        Assert.Equal(["security_headers", "gzip", "logging"], chain.TakenOff.Select(static one => one.Link.Name));
        Assert.Null(chain.Endpoint);
        Assert.Equal(PreflightAnswer.Nobody, chain.Preflight.Answer);
    }

    [Theory]
    [InlineData("GET /api/route", PreflightAnswer.Route, "request_id timing probe")]
    [InlineData("GET /api/bare", PreflightAnswer.Nobody, "request_id timing")]
    [InlineData("* /plain", PreflightAnswer.Route, "request_id timing probe")]
    [InlineData("GET /open", PreflightAnswer.Nobody, "request_id timing")]
    [InlineData("* /any", PreflightAnswer.Endpoint, "request_id timing rate_limit")]
    public async Task Preflight_TellsWhoAnswers(string route, PreflightAnswer answer, string links)
    {
        await using var app = await StartAsync();
        var preflight = ChainOf(app, route).Preflight;

        Assert.Equal(answer, preflight.Answer);
        Assert.Equal(links, string.Join(' ', preflight.Links.Select(static link => link.Name)));
        Assert.NotEmpty(preflight.Explanation);
        Assert.Equal(answer is PreflightAnswer.Route ? "probe" : null, preflight.Link?.Name);
    }

    [Fact]
    public async Task Stage_OfBothOnAnEndpointWithoutHandlerStage_IsTheRequestStageAlone()
    {
        await using var app = await StartAsync();

        Assert.Equal(ChainStage.Request, Assert.Single(ChainOf(app, "* /plain").Links, static link => link.Name == "probe").Stage);
        Assert.Equal(ChainStage.Handler, Assert.Single(ChainOf(app, "GET /open").Links, static link => link.Name == "filter").Stage);
    }

    private static IMiddlewareChains Chains(TestApp app) => app.App.Services.GetRequiredService<IMiddlewareChains>();

    private static RouteChain ChainOf(TestApp app, string name) => Chains(app).Routes.Single(route => route.Name == name);

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware()
            .AddMiddleware<ChainProbe, ProbeOptions>("probe")
            .AddMiddleware<Filter>("filter"),
        static app =>
        {
            app.UseRouteMiddleware();
            var api = app.MapGroup("/api").WithMiddleware("api").WithMiddleware("probe");
            api.MapGet("/route", static () => "ok").WithMiddleware(static (context, next) => next(context));
            api.MapGet("/bare", static () => "ok").WithoutMiddleware("timing", "api").WithoutMiddleware<ChainProbe>();
            api.MapMethods("/named/{id}", ["PUT", "PATCH"], static (int id) => id).WithDisplayName("The named one").WithOrder(7);
            BareEndpoints.Map(app, "/plain").WithMiddleware("probe");
            app.MapGet("/open", static () => "ok").WithMiddleware("filter");
            app.Map("/any", static () => "ok").WithMiddleware("rate_limit");
        },
        Settings);

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
