using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary><c>auth</c> as applications use it: by alias, with settings.</summary>
public sealed class AuthPipelineTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("/anyone", "", HttpStatusCode.OK)]
    [InlineData("/anyone", null, HttpStatusCode.Unauthorized)]
    [InlineData("/admins", "", HttpStatusCode.Forbidden)]
    [InlineData("/admins", "editor", HttpStatusCode.OK)]
    [InlineData("/door", "editor", HttpStatusCode.Forbidden)]
    [InlineData("/door", "owner", HttpStatusCode.OK)]
    [InlineData("/guests", null, HttpStatusCode.OK)]
    [InlineData("/free", null, HttpStatusCode.OK)]
    public async Task Aliases_ProtectTheirRoutes(string path, string? role, HttpStatusCode expected)
    {
        await using var app = await StartAsync(app =>
        {
            var group = app.MapGroup("").WithMiddleware("auth");
            group.MapGet("/anyone", () => "in");
            group.MapGet("/admins", () => "in").WithMiddleware("auth:admin,editor");
            group.MapGet("/door", () => "in").WithAuth(o => o.Roles = ["owner"]);
            group.MapGet("/free", () => "in").WithoutMiddleware("auth");
            app.MapGet("/guests", () => "in").WithMiddleware("optional_auth");
        });

        Assert.Equal(expected, await StatusAsync(app, path, role is null ? null : TokenForge.Good($"\"role\":\"{role}\"")));
    }

    [Fact]
    public async Task IssuedToken_LogsIn_AndRevokedIsOut()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.MapPost("/login", (IJwtIssuer issuer) => issuer.Issue([new("sub", "42"), new("jti", "session-1")], TimeSpan.FromHours(1)));
                app.MapPost("/logout", (ClaimsPrincipal user, IJwtDenyList list) => list.Revoke(user.FindFirst("jti")!.Value, _clock.GetUtcNow().AddHours(1))).WithMiddleware("auth");
                app.MapGet("/me", (ClaimsPrincipal user) => user.FindFirst("sub")?.Value).WithMiddleware("auth");
            },
            settings: [new("RouteMiddleware:Auth:Issuer", "https://me.example"), new("RouteMiddleware:Auth:Audience", "orders")]);

        var login = await app.Client.PostAsync(new Uri("/login", UriKind.Relative), null);
        var token = await login.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/me", token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, "/me", TokenForge.Good()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/logout", token, HttpMethod.Post));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, "/me", token));
    }

    [Fact]
    public async Task MalformedBody_OfAnAnonymousCaller_Gets401AndNot400()
    {
        await using var app = await StartAsync(app => app.MapPost("/orders", (Order order) => order.Owner).WithMiddleware("auth"));
        using var content = new StringContent("{", System.Text.Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.PostAsync(new Uri("/orders", UriKind.Relative), content)).StatusCode);
    }

    [Fact]
    public async Task UserOfTheToken_IsSeenByUseAuthorizationBehindIt()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.UseRouteMiddleware();
                app.UseAuthorization();
                app.MapGet("/", () => "in").RequireAuthorization(policy => policy.RequireRole("admin"));
            },
            builder => builder.Services.AddAuthorization(),
            [new("RouteMiddleware:Middleware:0", "auth")]);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "/", TokenForge.Good("\"roles\":[\"admin\"]")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, "/", null));
    }

    [Fact]
    public async Task Endpoints_DescribeTheirRefusals_Once()
    {
        await using var app = await StartAsync(app =>
        {
            var group = app.MapGroup("").WithMiddleware("auth");
            group.MapGet("/plain", () => "in");
            group.MapGet("/roles", () => "in").WithMiddleware("auth:admin");
            group.MapGet("/open", () => "in").AllowAnonymous();
        });

        Assert.Equal([401], Statuses("/plain"));
        Assert.Equal([401, 403], Statuses("/roles"));
        Assert.Empty(Statuses("/open"));

        int[] Statuses(string path) => [.. app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>().Single(endpoint => endpoint.RoutePattern.RawText == path)
            .Metadata.OfType<IProducesResponseTypeMetadata>().Where(static type => type.StatusCode >= 400).Select(static type => type.StatusCode).Order()];
    }

    [Theory]
    [InlineData("auth", "Secret", "changemechangemechangemechangeme", "Secret repeats")]
    [InlineData("auth", "ClockSkew", "31s", "ClockSkew must be from 0 to 30 seconds")]
    [InlineData("auth", "Algorithms:0", "none", "has 'none'")]
    [InlineData("auth", "Policy", "Owner", "the application has no authorization")]
    [InlineData("auth", "Resource", "order", "there is no Policy")]
    [InlineData("auth", "Scheme", "Bearr", "no authentication scheme is registered under that name")]
    [InlineData("auth:admin,", "Issuer", "me", "no list of roles")]
    [InlineData("optional_auth:admin", "Issuer", "me", "can't be asked of a caller who may be anonymous")]
    [InlineData("optional_auth", "Secret", "", "Secret is missing")]
    public async Task Start_WithAFault_IsRefused(string entry, string key, string value, string fault)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(
            app => app.MapGet("/", () => "in").WithMiddleware(entry),
            settings: [new($"RouteMiddleware:Auth:{key}", value)]));

        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAnUnknownPolicy_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(
            app => app.MapGet("/", () => "in").WithAuth(o => o.Policy = "Ownr"),
            builder => builder.Services.AddAuthorizationBuilder().AddPolicy("Owner", static policy => policy.RequireAuthenticatedUser())));

        Assert.Contains("no authorization policy has that name", error.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestApp app, string path, string? token, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await app.Client.SendAsync(request);
        return answer.StatusCode;
    }

    private Task<TestApp> StartAsync(Action<WebApplication> map, Action<WebApplicationBuilder>? services = null, KeyValuePair<string, string?>[]? settings = null)
        => AuthRig.StartPipelineAsync(_clock, map, services, settings ?? []);

    private sealed record Order(string Owner);
}
