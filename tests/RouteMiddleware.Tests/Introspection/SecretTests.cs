using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Introspection;

/// <summary>X3: masked by type, by name, by form, and wherever it is repeated.</summary>
public sealed class SecretTests
{
    private const string Canary = "cAnArY-4711";
    private const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["ConnectionStrings:Main"] = "db-canary-connection",
        ["RouteMiddleware:Probe:Password"] = $"{Canary}-section",
        ["RouteMiddleware:Probe:SecretFallbacks:0"] = $"{Canary}-list",
        ["RouteMiddleware:Probe:Headers:Authorization"] = $"{Canary}-map",
        ["RouteMiddleware:Probe:Headers:X-Api-Key"] = $"{Canary}-map",
        ["RouteMiddleware:Probe:Headers:X-Repeated"] = $"see {Canary}-section, too",
        ["RouteMiddleware:Probe:Salt"] = $"{Canary}-salt",
        ["RouteMiddleware:Probe:Names:0"] = "https://user:" + Canary + "@example.com/",
        ["RouteMiddleware:Probe:Names:1"] = $"Server=db;Password={Canary};",
        ["RouteMiddleware:Probe:Names:2"] = "db-canary-connection",
        ["RouteMiddleware:Probe:Names:3"] = "plain",
        ["RouteMiddleware:Probe:Text"] = Token,
        ["RouteMiddleware:Middleware:0"] = $"probe:password={Canary}-argument",
        ["RouteMiddleware:Groups:api:0"] = $"probe:password={Canary}-group",
    };

    [Fact]
    public async Task X3_Secrets_OfEveryLayer_AreNotShown()
    {
        await using var app = await StartAsync();
        var chains = app.App.Services.GetRequiredService<IMiddlewareChains>();
        RouteChain[] all = [.. chains.Routes, chains.Describe(null)];
        var links = all.SelectMany(static route => route.Links.Concat(route.TakenOff.Select(static one => one.Link))).ToArray();
        var text = string.Join('\n', all.SelectMany(static route => route.TakenOff.Select(static one => one.By)
            .Concat([route.ToString(), route.Preflight.ToString()]))
            .Concat(links.SelectMany(static link => link.GetOptions().Select(static option => option.ToString()).Append($"{link} {link.Origin} {link.AttachedAt} {link.ClassName}"))));

        Assert.Contains("probe:***", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("canary-connection", text, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password", "***", true)]
    [InlineData("SecretFallbacks", "***", true)]
    [InlineData("Salt", "***", true)]
    [InlineData("Seed", "***", true)]
    [InlineData("Headers:Authorization", "***", true)]
    [InlineData("Headers:X-Api-Key", "***", true)]
    [InlineData("Headers:X-One", "1", false)]
    [InlineData("Headers:X-Repeated", "see ***, too", true)]
    [InlineData("Names", "[https://***@example.com/, Server=db;Password=***;, ***, plain]", true)]
    [InlineData("Text", "***", true)]
    [InlineData("TokenRequired", "false", false)]
    [InlineData("TokenLifetime", "00:05:00", false)]
    [InlineData("Limit", "100", false)]
    public async Task Value_IsMaskedWhereItIsSecret(string name, string expected, bool isMasked)
    {
        await using var app = await StartAsync();
        var link = app.App.Services.GetRequiredService<IMiddlewareChains>().Routes.Single(static route => route.Template == "/called").Links[^1];

        var option = link.GetOptions().Single(option => option.Name == name);

        Assert.Equal((expected, isMasked), (option.Value, option.IsMasked));
    }

    [Fact]
    public async Task Value_ThatIsNotThere_IsNoSecret()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware<ChainProbe, ProbeOptions>("probe"),
            static app => app.MapGet("/", static () => "ok").WithMiddleware("probe"));
        var link = app.App.Services.GetRequiredService<IMiddlewareChains>().Routes.Single().Links.Single();

        Assert.All(link.GetOptions().Where(static option => option.Name is "Password" or "Salt" or "Seed"), static option => Assert.Equal((null, false), (option.Value, option.IsMasked)));
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        static builder => builder.Services.AddRouteMiddleware()
            .AddMiddleware<ChainProbe, ProbeOptions>("probe", static options => options.Headers["Set-Cookie"] = Canary)
            .Use($"probe:password={Canary}-code"),
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/group", static () => "ok").WithMiddleware("api");
            app.MapGet("/params", static () => "ok").WithMiddleware("probe:1", "probe:2", "probe:3", "probe:4", $"probe:password={Canary}-params");
            app.MapGet("/entry", static () => "ok").WithMiddleware(new MiddlewareEntry("probe") { Options = { ["Password"] = Canary } });
            app.MapGet("/off", static () => "ok").WithMiddleware("api").WithoutMiddleware($"probe:password={Canary}-group").WithoutMiddleware($"probe:password={Canary}-argument");
            app.MapGet("/called", static () => "ok").WithMiddleware("probe", static (ProbeOptions options) =>
            {
                options.Password = $"{Canary}-call";
                options.Seed = [1, 2, 3];
            });
        },
        Settings);
}
