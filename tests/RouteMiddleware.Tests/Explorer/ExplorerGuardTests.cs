using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

public sealed class ExplorerGuardTests
{
    private static readonly Dictionary<string, Func<IEndpointConventionBuilder, IEndpointConventionBuilder>> Puts = new()
    {
        ["nothing"] = static explorer => explorer,
        ["RequireAuthorization"] = static explorer => explorer.RequireAuthorization(),
        ["policy"] = static explorer => explorer.RequireAuthorization(static policy => policy.RequireRole("admin")),
        ["auth"] = static explorer => explorer.WithMiddleware("auth:admin"),
        ["auth by a list"] = static explorer => explorer.WithMiddleware("staff"),
        ["authorization with a policy"] = static explorer => explorer.WithMiddleware("authorization:staff-only"),
        ["authorization that asks for nothing"] = static explorer => explorer.WithMiddleware("authorization"),
        ["auth and AllowAnonymous"] = static explorer => explorer.WithMiddleware("auth").AllowAnonymous(),
        ["RequireAuthorization and AllowAnonymous"] = static explorer => explorer.RequireAuthorization().AllowAnonymous(),
        ["RequireAuthorization and ShortCircuit"] = static explorer => explorer.RequireAuthorization().ShortCircuit(),
        ["ShortCircuit"] = static explorer => explorer.ShortCircuit(),
        ["auth and ShortCircuit"] = static explorer => explorer.WithMiddleware("auth").ShortCircuit(),
        ["optional_auth"] = static explorer => explorer.WithMiddleware("optional_auth"),
        ["ip_filter"] = static explorer => explorer.WithMiddleware("ip_filter"),
        ["auth on other paths"] = static explorer => explorer.WithMiddleware(new MiddlewareEntry("auth") { Exclude = ["/_middleware"] }),
        ["auth taken off"] = static explorer => explorer.WithMiddleware("auth").WithoutMiddleware("auth"),
    };

    public static TheoryData<string, string, bool> Cases => new()
    {
        { "Development", "nothing", true },
        { "Production", "nothing", false },
        { "Staging", "nothing", false },
        { "Production", "RequireAuthorization", true },
        { "Production", "policy", true },
        { "Production", "auth", true },
        { "Production", "auth by a list", true },
        { "Production", "authorization with a policy", true },
        { "Production", "authorization that asks for nothing", false },
        { "Production", "auth and AllowAnonymous", false },
        { "Production", "RequireAuthorization and AllowAnonymous", false },
        { "Production", "RequireAuthorization and ShortCircuit", false },
        { "Production", "auth and ShortCircuit", true },
        { "Production", "optional_auth", false },
        { "Production", "ip_filter", false },
        { "Production", "auth on other paths", false },
        { "Production", "auth taken off", false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task X1_Start_WithAnExplorerInAnEnvironment_IsRefusedUnlessItIsGuarded(string environment, string put, bool starts)
    {
        if (starts)
        {
            await using var app = await StartAsync(environment, put);
            using var response = await app.Client.GetAsync(new Uri("/_middleware", UriKind.Relative));
            Assert.Equal(put == "nothing" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, response.StatusCode);
            return;
        }

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(environment, put));

        // One call, one fault, however many endpoints it mapped.
        var fault = Assert.Single(error.Faults);
        Assert.StartsWith("app.MapMiddlewareExplorer(\"/_middleware\") (ExplorerGuardTests.cs:", fault.Where, StringComparison.Ordinal);
        Assert.Contains($"'{environment}'", fault.What, StringComparison.Ordinal);
        Assert.Contains("RequireAuthorization()", fault.Fix, StringComparison.Ordinal);
        Assert.Contains("WithMiddleware(\"auth:admin\")", fault.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X1_Start_WithAuthInTheGlobalList_IsAllowed()
    {
        await using var app = await StartAsync("Production", "nothing", static builder => builder.Use("auth"));

        foreach (var path in (string[])["", "/model", "/route/0", "/live"])
        {
            using var response = await app.Client.GetAsync(new Uri($"/_middleware{path}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task X1_Start_WithAuthInAGlobalListThatNeverSeesTheExplorer_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync("Production", "ShortCircuit", static builder => builder.Use("auth")));

        Assert.Contains("MapMiddlewareExplorer", Assert.Single(error.Faults).Where, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X1_Start_WithOtherFaults_NamesAllTogether()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ExplorerApp.StartAsync(
            static app =>
            {
                app.MapMiddlewareExplorer();
                app.MapGet("/", static () => "").WithMiddleware("rate_limt");
            },
            environment: "Production"));

        Assert.Equal(2, error.Faults.Count);
    }

    [Fact]
    public void Map_WithoutAddRouteMiddleware_SaysWhatIsMissing()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        var error = Assert.Throws<RouteMiddlewareException>(() => app.MapMiddlewareExplorer());

        Assert.Contains("AddRouteMiddleware()", Assert.Single(error.Faults).Fix, StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync(string environment, string put, Action<RouteMiddlewareBuilder>? middleware = null) => ExplorerApp.StartAsync(
        app =>
        {
            app.UseRouteMiddleware();
            Puts[put](app.MapMiddlewareExplorer());
        },
        builder =>
        {
            builder.AddGroup("staff", "security_headers", "auth:admin");
            middleware?.Invoke(builder);
        },
        [new("RouteMiddleware:Auth:Secret", "0123456789abcdef0123456789abcdef"), new("RouteMiddleware:IpFilter:AllowedIps:0", "127.0.0.1")],
        environment,
        static builder => builder.Services.AddAuthorization(static options => options.AddPolicy("staff-only", static policy => policy.RequireAuthenticatedUser())));
}
