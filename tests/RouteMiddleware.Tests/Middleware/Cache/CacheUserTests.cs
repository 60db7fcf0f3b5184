using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheUserTests
{
    [Fact]
    public async Task K3_RequestWithAuthorization_IsNeitherKeptNorServed()
    {
        await using var app = await CacheApp.StartAsync();

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("Authorization", "Bearer x")));
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
        Assert.Equal("MISS run 3", await app.GetAsync("/a", ("Authorization", "Bearer x")));
        Assert.Equal("HIT run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K3_AuthenticatedUser_IsNeitherKeptNorServed()
    {
        await using var app = await CacheApp.StartAsync(front: UseNamedUser);

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("X-User", "alice")));
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
        Assert.Equal("MISS run 3", await app.GetAsync("/a", ("X-User", "alice")));
    }

    [Fact]
    public async Task K3_UserWhoIsFoundBehindTheCache_IsNotKept()
    {
        await using var app = await CacheApp.StartAsync(context => context.User = new(new ClaimsIdentity([new("sub", "alice")], "late")));

        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K10_VaryByUser_GivesEachVerifiedUserAnAnswerOfHisOwn()
    {
        await using var app = await CacheApp.StartAsync(
            (context, run) => context.Response.WriteAsync($"{context.User.FindFirst("sub")?.Value ?? "anonymous"} {run}"),
            static o => o.VaryByUser = true,
            UseNamedUser);

        Assert.Equal("MISS alice 1", await app.GetAsync("/a", ("X-User", "alice"), ("Authorization", "Bearer x")));
        Assert.Equal("MISS bob 2", await app.GetAsync("/a", ("X-User", "bob"), ("Authorization", "Bearer y")));
        Assert.Equal("MISS anonymous 3", await app.GetAsync("/a"));
        Assert.Equal("HIT alice 1", await app.GetAsync("/a", ("X-User", "alice"), ("Authorization", "Bearer new")));
        Assert.Equal("HIT bob 2", await app.GetAsync("/a", ("X-User", "bob"), ("Authorization", "Bearer y")));
        Assert.Equal("HIT anonymous 3", await app.GetAsync("/a"));

        // The same name of another scheme, or of another issuer, is somebody else.
        Assert.Equal("MISS alice 4", await app.GetAsync("/a", ("X-User", "alice"), ("X-Scheme-Name", "other")));
        Assert.Equal("MISS alice 5", await app.GetAsync("/a", ("X-User", "alice"), ("X-Issuer", "other")));
    }

    [Fact]
    public async Task K10_CredentialsThatNothingVerified_GetNothingOfOthers()
    {
        await using var app = await CacheApp.StartAsync(options: static o => o.VaryByUser = true);

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("Authorization", "Bearer forged")));
        Assert.Equal("MISS run 3", await app.GetAsync("/a", ("Authorization", "Bearer forged")));
    }

    [Fact]
    public async Task K10_UserWithoutAName_IsNotKept()
    {
        await using var app = await CacheApp.StartAsync(
            options: static o => o.VaryByUser = true,
            front: static web => web.Use(static (context, next) =>
            {
                context.User = new(new ClaimsIdentity([new("scope", "x")], "scheme"));
                return next(context);
            }));

        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task T4_Tenants_ShareNoAnswer()
    {
        await using var app = await CacheApp.StartAsync(front: static web => web.Use(static (context, next) =>
        {
            if (context.Request.Headers["X-Tenant"] is [{ } tenant])
            {
                context.Features.Set<ITenantFeature>(new Tenant(tenant));
            }

            return next(context);
        }));

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("X-Tenant", "a")));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("X-Tenant", "b")));
        Assert.Equal("MISS run 3", await app.GetAsync("/a"));
        Assert.Equal("HIT run 1", await app.GetAsync("/a", ("X-Tenant", "a")));
        Assert.Equal("HIT run 3", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task T4_TenantThatIsFoundBehindTheCache_IsNotKept()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Features.Set<ITenantFeature>(new Tenant("late")));

        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData("auth")]
    [InlineData("optional_auth")]
    public async Task K11_CacheInFrontOfAuth_IsRefusedAtStart(string alias)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            web =>
            {
                web.UseRouteMiddleware();
                web.MapGet("/a", static () => "a").WithMiddleware("cache", alias);
            },
            [new("RouteMiddleware:Auth:Secret", "a secret of this test that is long enough: 0123456789")]));

        Assert.Contains($"'cache' must run after '{alias}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K11_GlobalCacheInFrontOfAuthorization_ServesNobodyWhoIsNotAllowed()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddAuthentication("none").AddJwtBearer("none", static _ => { });
                builder.Services.AddAuthorizationBuilder().AddPolicy("office", static policy => policy.RequireAssertion(
                    static context => ((HttpContext)context.Resource!).Request.Headers.ContainsKey("X-Office")));
            },
            static web =>
            {
                web.UseRouting();
                web.UseRouteMiddleware();
                web.UseAuthentication();
                web.UseAuthorization();
                web.MapGet("/a", static () => "secret").RequireAuthorization("office");
                web.MapGet("/open", static () => "open").RequireAuthorization("office").AllowAnonymous();
            },
            [new("RouteMiddleware:Middleware:0", "cache")]);

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/a")) { Headers = { { "X-Office", "1" } } };
            using var allowed = await app.Client.SendAsync(request);
            using var refused = await app.Client.GetAsync(new Uri(app.Address, "/a"));
            using var open = await app.Client.GetAsync(new Uri(app.Address, "/open"));

            Assert.Equal("secret", await allowed.Content.ReadAsStringAsync());
            Assert.NotEqual(200, (int)refused.StatusCode);
            Assert.Equal(i == 0 ? "MISS" : "HIT", Assert.Single(open.Headers.GetValues("X-Cache")));
        }
    }

    private static void UseNamedUser(IApplicationBuilder web) => web.Use(static (context, next) =>
    {
        if (context.Request.Headers["X-User"] is [{ } name])
        {
            var issuer = context.Request.Headers["X-Issuer"].ToString();
            var scheme = context.Request.Headers["X-Scheme-Name"] is [{ } given] ? given : "scheme";
            context.User = new(new ClaimsIdentity([new("sub", name, null, issuer.Length > 0 ? issuer : "issuer")], scheme));
        }

        return next(context);
    });

    private sealed record Tenant(string TenantId) : ITenantFeature;
}
