using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Tests.Kit;
using OwnOptions = RouteMiddleware.Middleware.Authorization.AuthorizationOptions;

namespace RouteMiddleware.Tests.Middleware.Authorization;

public sealed class AuthorizationMiddlewareTests
{
    [Theory]
    [InlineData("authorization", "/open", "", 200)]
    [InlineData("authorization:staff", "/open", "", 401)]
    [InlineData("authorization:staff", "/open", "editor", 403)]
    [InlineData("authorization:staff", "/open", "staff", 200)]
    [InlineData("authorization:staff", "/anonymous", "", 200)]
    [InlineData("authorization", "/closed", "", 401)]
    [InlineData("authorization", "/closed", "editor", 200)]
    [InlineData("authorization:staff", "/closed", "editor", 403)]
    public async Task Caller_OnARouteAndInTheGlobalList_IsAuthorized(string entry, string path, string role, int expected)
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync(entry, onRoute);

            Assert.Equal((HttpStatusCode)expected, await GetAsync(app, path, role));
        }
    }

    [Theory]
    [InlineData("editor", 200)]
    [InlineData("admin", 200)]
    [InlineData("guest", 403)]
    [InlineData("", 401)]
    public async Task Roles_OfTheOptions_AreAskedFor(string role, int expected)
    {
        await using var app = await StartAsync("authorization", onRoute: true, InBoxSettings.Of("Authorization", "Roles:0=editor, Roles:1=admin"));

        Assert.Equal((HttpStatusCode)expected, await GetAsync(app, "/open", role));
    }

    [Fact]
    public async Task Requirement_OfTheEndpoint_IsAskedOnce()
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            var count = new Counting();
            await using var app = await StartAsync("authorization", onRoute, services: services => services.AddSingleton<IAuthorizationHandler>(count));

            Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/closed", "staff"));

            // By the middleware that WebApplication puts in itself.
            Assert.Equal(1, count.Count);
        }
    }

    [Fact]
    public async Task Requirement_OfTheEndpoint_IsAskedHereWhereNobodyElseDoes()
    {
        var count = new Counting();
        var values = new Dictionary<string, string?>(StringComparer.Ordinal) { ["RouteMiddleware:Middleware:0"] = "authorization" };
        await using var app = await TestApp.StartAsync(
            builder => AddServices(builder.Services.AddSingleton<IAuthorizationHandler>(count)),
            static app =>
            {
                app.UseRouting();
                app.Use(IdentifyAsync);
                app.UseRouteMiddleware();
                app.MapGet("/closed", static () => "closed").RequireAuthorization();
            },
            values);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await GetAsync(app, "/closed", ""), await GetAsync(app, "/closed", "staff")));
        Assert.Equal(2, count.Count);
    }

    [Fact]
    public async Task Caller_WithATokenOfTheSameChain_IsAuthorizedBehindIt()
    {
        await using var app = await TestApp.StartAsync(
            static builder => AddServices(builder.Services),
            static app => app.MapGet("/", static () => "in").WithMiddleware("auth", "authorization:staff"),
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["RouteMiddleware:Auth:Secret"] = "a-secret-of-this-test-8c1f0c7e5a2b" });

        var issuer = app.App.Services.GetRequiredService<IJwtIssuer>();

        foreach (var (role, expected) in ((string, HttpStatusCode)[])[("staff", HttpStatusCode.OK), ("guest", HttpStatusCode.Forbidden)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, app.Address);
            request.Headers.Authorization = new("Bearer", issuer.Issue([new Claim("sub", "7"), new Claim("role", role)], TimeSpan.FromHours(1)));
            using var response = await app.Client.SendAsync(request);

            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public async Task Caller_WhereNobodyAuthenticates_IsRefusedAndNotAnError()
    {
        await using var app = await TestApp.StartAsync(
            static builder => AddServices(builder.Services),
            static app => app.MapGet("/", static () => "in").WithMiddleware("authorization:staff"));

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, "/", ""));
    }

    [Fact]
    public async Task Description_OfTheEndpoint_NamesTheAnswers()
    {
        await using var app = await StartAsync("authorization:staff", onRoute: true);

        var endpoints = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToDictionary(static one => one.RoutePattern.RawText!, StringComparer.Ordinal);

        Assert.Equal([401, 403], endpoints["/open"].Metadata.OfType<IProducesResponseTypeMetadata>().Select(static answer => answer.StatusCode).Where(static status => status >= 400));
        Assert.DoesNotContain(endpoints["/anonymous"].Metadata.OfType<IProducesResponseTypeMetadata>(), static answer => answer.StatusCode >= 400);
    }

    [Fact]
    public async Task Start_WithoutTheServices_SaysWhichCallIsMissing()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithAuthorization()));

        Assert.Contains("call builder.Services.AddAuthorization()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAnUnknownPolicy_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync("authorization:staf", onRoute: true));

        Assert.Contains("'staf'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithFaultyValues_NameEachOfThem()
        => Assert.Equal(
            ["Policy is empty; name a policy, or leave it out.", "Roles names '', which is no role: write one role in each entry, without commas.", "Roles names 'a,b', which is no role: write one role in each entry, without commas."],
            Assert.Throws<OptionsValidationException>(new OwnOptions { Policy = " ", Roles = ["", "a,b", "c"] }.ThrowIfInvalid).Failures);

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        Assert.Null(new OwnOptions().Policy);
        Assert.Empty(new OwnOptions().Roles);
    }

    private static Task<TestApp> StartAsync(string entry, bool onRoute, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        settings ??= [];

        if (!onRoute)
        {
            settings["RouteMiddleware:Middleware:0"] = entry;
        }

        return TestApp.StartAsync(
            builder =>
            {
                AddServices(builder.Services);
                services?.Invoke(builder.Services);
                builder.Services.AddAuthentication("header").AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, HeaderScheme>("header", null);
            },
            app =>
            {
                app.UseRouteMiddleware();
                var group = onRoute ? app.MapGroup("").WithMiddleware(entry) : app.MapGroup("");
                group.MapGet("/open", static () => "open");
                group.MapGet("/anonymous", static () => "anonymous").AllowAnonymous();
                group.MapGet("/closed", static () => "closed").RequireAuthorization();
            },
            settings);
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddRouteMiddleware();
        services.AddAuthorizationBuilder().AddPolicy("staff", static policy => policy.RequireRole("staff"));
    }

    private static Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        if (HeaderScheme.UserOf(context.Request) is { } user)
        {
            context.User = user;
        }

        return next(context);
    }

    private static async Task<HttpStatusCode> GetAsync(TestApp app, string path, string role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path));

        if (role.Length > 0)
        {
            request.Headers.Add("X-Role", role);
        }

        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    private sealed class Counting : IAuthorizationHandler
    {
        public int Count { get; private set; }

        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            Count++;
            return Task.CompletedTask;
        }
    }
}
