using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class OptionLayerTests
{
    private static readonly MiddlewareEntry WithOptions = new("sized") { Options = { ["Text"] = "entry", ["Size"] = "4" } };
    private static readonly MiddlewareEntry WithArgument = new("sized:5") { Options = { ["Text"] = "entry", ["Size"] = "4" } };

    [Theory]
    [InlineData(false, false, "class:1")]
    [InlineData(true, false, "registration:2")]
    [InlineData(true, true, "section:3")]
    [InlineData(false, true, "section:3")]
    public async Task Options_OfTheBareAlias_ComeFromClassRegistrationAndSection(bool registration, bool section, string expected)
        => Assert.Equal(expected, await TrailAsync(registration, section, app => app.MapGet("/", () => "").WithMiddleware("sized")));

    [Fact]
    public async Task Options_OfAnEntry_WinOverTheSection()
        => Assert.Equal("entry:4", await TrailAsync(true, true, app => app.MapGet("/", () => "").WithMiddleware(WithOptions)));

    [Fact]
    public async Task Argument_OfAnEntry_WinsOverItsOptions()
        => Assert.Equal("entry:5", await TrailAsync(true, true, app => app.MapGet("/", () => "").WithMiddleware(WithArgument)));

    [Fact]
    public async Task Configure_OfTheCall_WinsOverAll()
        => Assert.Equal("section:6", await TrailAsync(true, true, app => app.MapGet("/", () => "").WithMiddleware("sized:5", (SizedOptions options) => options.Size = 6)));

    [Fact]
    public async Task Type_ThatIsRegistered_HasItsSection()
        => Assert.Equal("section:3", await TrailAsync(true, true, app => app.MapGet("/", () => "").WithMiddleware<Sized>()));

    [Fact]
    public async Task Type_WithOptionsOfTheCall_HasThem()
        => Assert.Equal("class:7", await TrailAsync(false, false, app => app.MapGet("/", () => "").WithMiddleware<Sized, SizedOptions>(options => options.Size = 7)));

    [Fact]
    public async Task Type_RegisteredAndConfiguredInTheCall_HasAllLayers()
        => Assert.Equal("section:7", await TrailAsync(true, true, app => app.MapGet("/", () => "").WithMiddleware<Sized, SizedOptions>(options => options.Size = 7)));

    [Fact]
    public async Task Type_RegisteredAndConfiguredInTheCall_IsKnownByItsAlias()
        => Assert.Equal("", await TrailAsync(true, true, app => app.MapGroup("/").WithMiddleware<Sized, SizedOptions>(static _ => { }).MapGet("/", () => "").WithoutMiddleware("sized")));

    [Fact]
    public async Task TypeName_InTheSettings_FindsTheClass()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Sized, SizedOptions>("sized"),
            app => app.UseRouteMiddleware(),
            new Dictionary<string, string?>
            {
                ["RouteMiddleware:Middleware:0"] = $"{typeof(Sized).FullName}, {typeof(Sized).Assembly.GetName().Name}",
                ["RouteMiddleware:Middleware:1"] = $"{typeof(TypeNameMiddleware).AssemblyQualifiedName}",
                ["RouteMiddleware:Sized:Text"] = "section",
            });

        Assert.Equal("section:1 type-name", await app.Client.TrailAsync("/"));
    }

    private static async Task<string> TrailAsync(bool registration, bool section, Action<WebApplication> map)
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Sized, SizedOptions>("sized", registration ? options => (options.Text, options.Size) = ("registration", 2) : null),
            map,
            section ? new Dictionary<string, string?> { ["RouteMiddleware:SIZED:Text"] = "section", ["RouteMiddleware:SIZED:Size"] = "3" } : null);

        return await app.Client.TrailAsync("/");
    }
}
