using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Introspection;

namespace RouteMiddleware.Tests.Commands;

/// <summary>X3: no command shows a secret, wherever it was set.</summary>
public sealed class CommandSecretTests
{
    private const string Canary = "cAnArY-4711-0815-cAnArY-4711-0815";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["RouteMiddleware:Auth:Secret"] = $"{Canary}-auth",
        ["RouteMiddleware:Probe:Password"] = $"{Canary}-section",
        ["RouteMiddleware:Probe:SecretFallbacks:0"] = $"{Canary}-list",
        ["RouteMiddleware:Probe:Headers:Authorization"] = $"{Canary}-map",
        ["RouteMiddleware:Probe:Salt"] = $"{Canary}-salt",
        ["RouteMiddleware:Probe:Text"] = $"redis://user:{Canary}@localhost",
        ["RouteMiddleware:Middleware:0"] = $"probe:password={Canary}-argument",
        ["RouteMiddleware:Middleware:1:Name"] = "probe",
        ["RouteMiddleware:Middleware:1:Options:Password"] = $"{Canary}-entry",
        ["RouteMiddleware:Middleware:2:Name"] = $"probe:password={Canary}-off",
        ["RouteMiddleware:Middleware:2:Enabled"] = "false",
        ["RouteMiddleware:Groups:api:0"] = $"probe:password={Canary}-group",
    };

    [Theory]
    [InlineData("list")]
    [InlineData("list --json")]
    [InlineData("explain /a")]
    [InlineData("explain /a --json")]
    [InlineData("explain /off")]
    [InlineData("explain /nowhere")]
    [InlineData("check")]
    [InlineData("lock")]
    public async Task X3_Command_ShowsNoSecret(string command)
    {
        var folder = Directory.CreateTempSubdirectory();

        try
        {
            var file = Path.Combine(folder.FullName, "middleware.lock");
            string[] args = command == "lock" ? ["lock", "--file", file] : command.Split(' ');
            var (code, output, error) = await CommandApp.RunAsync(Services, Map, args, Settings);
            var text = output + error + (File.Exists(file) ? await File.ReadAllTextAsync(file) : "");

            Assert.True(code == 0, error);
            Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
            Assert.True(command == "check" || text.Contains("probe:***", StringComparison.Ordinal), text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task X3_Difference_ShowsNoSecret()
    {
        var folder = Directory.CreateTempSubdirectory();

        try
        {
            var file = Path.Combine(folder.FullName, "middleware.lock");
            await File.WriteAllTextAsync(file, "GET /gone\n  a\n");

            var (code, output, error) = await CommandApp.RunAsync(Services, Map, ["lock", "--verify", "--file", file], Settings);

            Assert.Equal(1, code);
            Assert.Contains("+  probe:***", output, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", output + error, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Services(WebApplicationBuilder builder) => builder.Services.AddRouteMiddleware()
        .AddMiddleware<ChainProbe, ProbeOptions>("probe", static options => options.Headers["X-Api-Key"] = Canary)
        .Use($"probe:password={Canary}-code");

    private static void Map(WebApplication app)
    {
        app.UseRouteMiddleware();
        app.MapGet("/a", static () => "ok").WithMiddleware("api").WithMiddleware("auth")
            .WithMiddleware("probe:1", "probe:2", "probe:3", "probe:4", $"probe:password={Canary}-params")
            .WithMiddleware("probe", static (ProbeOptions options) => (options.Password, options.Seed) = ($"{Canary}-call", [1, 2, 3]));
        app.MapGet("/off", static () => "ok").WithMiddleware("api").WithoutMiddleware($"probe:password={Canary}-group").WithoutMiddleware($"probe:password={Canary}-code");
    }
}
