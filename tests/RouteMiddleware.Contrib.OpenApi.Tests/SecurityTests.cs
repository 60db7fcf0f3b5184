using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using RouteMiddleware.Contrib.OpenApi.Tests.Support;

namespace RouteMiddleware.Contrib.OpenApi.Tests;

public sealed class SecurityTests
{
    [Theory]
    [InlineData("auth", "Bearer")]
    [InlineData("auth:admin", "Bearer")]
    [InlineData("optional_auth", "- | Bearer")]
    [InlineData("session", "- | Session")]
    [InlineData("session session_auth", "Session")]
    [InlineData("auth session", "Bearer | Bearer+Session")]
    [InlineData("auth session session_auth", "Bearer+Session")]
    [InlineData("optional_auth auth", "Bearer")]
    [InlineData("optional_auth session", "- | Bearer | Session | Bearer+Session")]
    [InlineData("rate_limit:3/1m", null)]
    public async Task Chain_WithCredentials_ShowsTheWaysToComeIn(string entries, string? expected)
    {
        var document = await Document.OfAsync(app => app.MapGet("/", () => "ok").WithMiddleware(entries.Split(' ')));

        Assert.Equal(expected, document.Security("/"));
    }

    [Fact]
    public async Task Schemes_OfBearerAndCookie_TellHowTheyAreSent()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("auth", "session", "session_auth"),
            new() { ["Session:CookieName"] = "desk" });

        var bearer = document.Scheme("Bearer");
        Assert.Equal(("http", "bearer", "JWT"), ((string?)bearer["type"], (string?)bearer["scheme"], (string?)bearer["bearerFormat"]));
        var cookie = document.Scheme("Session");
        Assert.Equal(("apiKey", "cookie", "desk"), ((string?)cookie["type"], (string?)cookie["in"], (string?)cookie["name"]));
    }

    [Fact]
    public async Task Schemes_WithoutAMiddlewareThatReadsCredentials_AreNone()
    {
        var document = await Document.OfAsync(app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:3/1m"));

        Assert.Null(document.Root["components"]?["securitySchemes"]);
    }

    [Fact]
    public async Task Cookies_OfTwoNames_AreTwoSchemes()
    {
        var document = await Document.OfAsync(app =>
        {
            app.MapGet("/a", () => "ok").WithMiddleware("session", "session_auth");
            app.MapGet("/b", () => "ok").WithSession(o => o.CookieName = "admin").WithMiddleware("session_auth");
        });

        Assert.Equal("Session", document.Security("/a"));
        Assert.Equal("Session_admin", document.Security("/b"));
        Assert.Equal("admin", (string?)document.Scheme("Session_admin")["name"]);
    }

    [Fact]
    public async Task Endpoint_ThatAllowsAnonymousCallers_DemandsNothing()
    {
        var document = await Document.OfAsync(app =>
        {
            var group = app.MapGroup("").WithMiddleware("auth:admin", "session", "session_auth");
            group.MapGet("/open", () => "ok").AllowAnonymous();
            group.MapGet("/taken-off", () => "ok").WithoutMiddleware("auth").WithoutMiddleware("session_auth");
        });

        Assert.Equal("- | Bearer | Session | Bearer+Session", document.Security("/open"));
        Assert.DoesNotContain("403", document.Statuses("/open"));
        Assert.Equal("- | Session", document.Security("/taken-off"));
        Assert.DoesNotContain("401", document.Statuses("/taken-off"));
    }

    [Fact]
    public async Task Authorization_BehindAnother_AsksForItsCredential()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("optional_auth", "authorization:staff"),
            services: static builder => builder.Services.AddAuthorizationBuilder().AddPolicy("staff", static policy => policy.RequireAuthenticatedUser()));

        Assert.Equal("Bearer", document.Security("/"));
        Assert.Superset(new HashSet<string> { "401", "403" }, document.Statuses("/").ToHashSet());
    }

    [Fact]
    public async Task Auth_BySchemeOfTheApplication_ShowsItsCookie()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("auth"),
            new() { ["Auth:Scheme"] = "Cookies" },
            static builder => builder.Services.AddAuthentication().AddCookie("Cookies", static options => options.Cookie.Name = "portal"));

        Assert.Equal("Cookies", document.Security("/"));
        Assert.Equal("portal", (string?)document.Scheme("Cookies")["name"]);
    }

    [Fact]
    public async Task Operation_ThatATransformerOfTheApplicationSecured_StaysAsItIs()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("auth").AddOpenApiOperationTransformer((operation, context, _) =>
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("Key", context.Document)] = [] }];
                context.Document!.AddComponent<IOpenApiSecurityScheme>("Key", new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Key" });
                return Task.CompletedTask;
            }));

        Assert.Equal("Key", document.Security("/"));
    }
}
