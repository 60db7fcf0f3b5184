using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Pipeline;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>Who asks ASP.NET Core in place of <c>auth</c> gets the tokens of today's settings too.</summary>
public sealed class AuthAuthorizationReloadTests
{
    private const string Secret = "RouteMiddleware:Auth:Secret";
    private const string Other = "Q9x!mB4t#Hs7wKe2Zn6vRd8Jf1Lg3PyC5Ta0";

    [Theory]
    [InlineData("/authorized")]
    [InlineData("/asked")]
    public async Task Secret_ThatIsReloaded_CountsWithoutAuthInAnyChain(string path)
    {
        await using var app = await StartAsync();
        var old = IssueToken(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, path, old));

        app.Edit((Secret, Other));

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, path, old));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, path, IssueToken(app)));
    }

    [Fact]
    public async Task Secret_ThatIsReloadedAndFaulty_LeavesTheOldOne()
    {
        await using var app = await StartAsync();
        var token = IssueToken(app);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/authorized", token));

        app.Edit((Secret, "too short"));

        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/authorized", token));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/authorized", token));
        Assert.Single(app.Logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "NotConfigured" });
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        static builder => builder.Services.AddAuthorization().AddRouteMiddleware(),
        static app =>
        {
            app.MapGet("/authorized", static () => "in").RequireAuthorization();
            app.MapGet("/asked", static async (HttpContext context) => (await context.AuthenticateAsync()).Succeeded ? Results.Ok() : Results.Challenge());
        },
        [new(Secret, TokenForge.Secret)]);

    private static string IssueToken(TestApp app)
        => app.App.Services.GetRequiredService<IJwtIssuer>().Issue([new Claim("sub", "42")], TimeSpan.FromHours(1));

    private static async Task<HttpStatusCode> GetAsync(TestApp app, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { Authorization = new("Bearer", token) } };
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }
}
