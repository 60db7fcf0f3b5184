using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Pipeline;

namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>Preflights to routes that have <c>cors</c> in their own chain.</summary>
public sealed class RoutePreflightTests
{
    [Theory]
    [InlineData("/guarded", "GET", true)]
    [InlineData("/guarded", "POST", true)]
    [InlineData("/guarded", "DELETE", false)]
    [InlineData("/nested/inner", "GET", true)]
    [InlineData("/nested/off", "GET", false)]
    [InlineData("/controller", "POST", true)]
    [InlineData("/controller/cart", "POST", true)]
    [InlineData("/any", "PUT", true)]
    [InlineData("/plain", "GET", false)]
    [InlineData("/nowhere", "GET", false)]
    public async Task C8_Preflight_OfARoute_IsAnsweredWithoutItsChainAndItsAuthorization(string path, string method, bool isAllowed)
    {
        foreach (var isExplicit in (bool[])[true, false])
        {
            await using var app = await StartAsync(isExplicit);

            // The limits admit one request a minute: a preflight that took a permit would be missed.
            for (var i = 0; i < 3; i++)
            {
                var reply = await app.AskAsync(path, CorsApp.Origin, method);

                Assert.Equal(isAllowed ? CorsApp.Origin : null, reply.AllowOrigin);
                Assert.Equal(isAllowed, reply.Names.Any());

                if (isAllowed)
                {
                    Assert.Equal(204, reply.Status);
                    Assert.Equal("Origin", reply.Vary);
                    Assert.Null(reply["Set-Cookie"]);
                    Assert.Null(reply["X-RateLimit-Remaining"]);
                }
            }

            var denied = await app.AskAsync(path, "https://evil.example", method);
            Assert.Empty(denied.Names);
            Assert.Equal(isAllowed ? "Origin" : null, denied.Vary);
        }
    }

    [Fact]
    public async Task C8_RequestBehindAPreflight_StillFindsItsPermitAndMeetsItsAuthorization()
    {
        await using var app = await StartAsync(isExplicit: true);
        await app.AskAsync("/guarded", CorsApp.Origin);

        Assert.Equal(401, (await app.SendAsync("GET", "/guarded", CorsApp.Origin)).Status);
        var first = await app.SendAsync("GET", "/guarded", CorsApp.Origin, "X-User: alice");
        var second = await app.SendAsync("GET", "/guarded", CorsApp.Origin, "X-User: alice");

        Assert.Equal(200, first.Status);
        Assert.Equal(CorsApp.Origin, first.AllowOrigin);
        Assert.Equal("0", first["X-RateLimit-Remaining"]);
        Assert.Equal(429, second.Status);
    }

    [Fact]
    public async Task C8_LimitAndLoginOfTheGlobalList_LetThePreflightOfARoutePass()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("rate_limit:1/1m", "auth"),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/open", static () => "").WithCors();
                app.MapGet("/plain", static () => "");
            },
            Settings);

        for (var i = 0; i < 3; i++)
        {
            var reply = await app.AskAsync("/open", CorsApp.Origin);
            Assert.Equal(204, reply.Status);
            Assert.Equal(CorsApp.Origin, reply.AllowOrigin);
            Assert.Null(reply["X-RateLimit-Remaining"]);
        }

        Assert.Equal(401, (await app.SendAsync("GET", "/open", CorsApp.Origin)).Status);
        Assert.Equal(429, (await app.AskAsync("/plain", CorsApp.Origin)).Status);
    }

    [Theory]
    [InlineData("/off", false)]
    [InlineData("/own", true)]
    [InlineData("/on", false)]
    public async Task GlobalList_TakenOffByARoute_DoesNotAnswerForIt(string path, bool isAllowed)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("cors"),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/off", static () => "").WithoutMiddleware("cors");
                app.MapGet("/own", static () => "").WithoutMiddleware("cors").WithCors(static o => o.AllowOrigins = ["https://own.example.com"]);
                app.MapGet("/on", static () => "");
            },
            Settings);

        Assert.Equal(isAllowed ? "https://own.example.com" : null, (await app.AskAsync(path, "https://own.example.com")).AllowOrigin);
        Assert.Equal(path == "/on" ? CorsApp.Origin : null, (await app.AskAsync(path, CorsApp.Origin)).AllowOrigin);
        Assert.Equal(path == "/on" ? CorsApp.Origin : null, (await app.SendAsync("GET", path, CorsApp.Origin)).AllowOrigin);
    }

    [Fact]
    public async Task Methods_OfOnePath_HaveEachTheirOwnRules()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/", static () => "").WithCors();
                app.MapPut("/", static () => "").WithCors(static o => (o.AllowOrigins, o.AllowMethods) = (["https://own.example.com"], ["PUT"]));
                app.MapDelete("/", static () => "");
            },
            Settings);

        Assert.Equal(CorsApp.Origin, (await app.AskAsync("/", CorsApp.Origin, "GET")).AllowOrigin);
        Assert.Null((await app.AskAsync("/", CorsApp.Origin, "PUT")).AllowOrigin);
        Assert.Null((await app.AskAsync("/", CorsApp.Origin, "DELETE")).AllowOrigin);
        Assert.Equal("https://own.example.com", (await app.AskAsync("/", "https://own.example.com", "PUT")).AllowOrigin);
        Assert.Null((await app.AskAsync("/", "https://own.example.com", "GET")).AllowOrigin);
        Assert.Equal(405, (await app.SendAsync("OPTIONS", "/", CorsApp.Origin)).Status);
    }

    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["RouteMiddleware:Cors:AllowOrigins"] = CorsApp.Origin,
        ["RouteMiddleware:Cors:AllowMethods"] = "GET, POST, PUT",
        ["RouteMiddleware:Auth:Secret"] = "0123456789abcdef0123456789abcdef",
        ["RouteMiddleware:Auth:Issuer"] = "tests",
        ["RouteMiddleware:Auth:Audience"] = "tests",
    };

    private static Task<TestApp> StartAsync(bool isExplicit) => TestApp.StartAsync(
        static builder =>
        {
            builder.Services.AddRouteMiddleware().AddMiddleware("trail", static (context, next) => next(context)).AddMiddleware("cookie", static (context, next) =>
            {
                context.Response.Cookies.Append("seen", "1");
                return next(context);
            });
            builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, Scheme>("test", static _ => { });
            builder.Services.AddAuthorization(static options => options.FallbackPolicy = options.DefaultPolicy);
            builder.Services.AddControllers().AddApplicationPart(typeof(OrdersController).Assembly);
        },
        app =>
        {
            // Without the calls the framework puts both in front of everything by itself.
            if (isExplicit)
            {
                app.UseAuthentication();
                app.UseAuthorization();
            }

            app.UseRouteMiddleware();
            var guarded = app.MapGroup("").WithMiddleware("cookie", "rate_limit:1/1m", "cors").RequireAuthorization();
            guarded.MapGet("/guarded", static () => "").WithMiddleware("auth:admin").WithoutMiddleware("auth");
            guarded.MapPost("/guarded", static () => "").WithMiddleware("auth");
            guarded.MapControllers().WithMiddleware("auth", "trail");
            guarded.Map("/any", static () => "").WithMiddleware("auth");

            var nested = app.MapGroup("/nested").WithMiddleware("rate_limit:1/1m");
            var inner = nested.MapGroup("").WithCors().WithMiddleware("auth");
            inner.MapGet("/inner", static () => "");
            inner.MapGet("/off", static () => "").WithoutMiddleware("cors");
            app.MapGet("/plain", static () => "");
        },
        Settings);

    private sealed class Scheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-User"].ToString() is not { Length: > 0 } user)
            {
                return Task.FromResult(AuthenticateResult.NoResult());
            }

            var principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], Scheme.Name));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name)));
        }
    }
}
