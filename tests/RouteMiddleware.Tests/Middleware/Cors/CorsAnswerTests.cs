using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cors;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>The headers on answers, whoever gives them.</summary>
public sealed class CorsAnswerTests
{
    private const string Evil = "https://evil.example";

    [Theory]
    [InlineData(CorsApp.Origin, CorsApp.Origin)]
    [InlineData(Evil, null)]
    [InlineData(null, null)]
    public async Task C9_AnswerOfAnyStatus_HasTheHeaders(string? origin, string? expected)
    {
        await using var app = await StartAsync(static app =>
        {
            app.MapGet("/status/{code:int}", static (int code) => Results.StatusCode(code));
            app.MapGet("/limited", static () => "").WithMiddleware("rate_limit:1/1m");
            app.MapGet("/closed", static () => "").RequireAuthorization();
        });
        await app.SendAsync("GET", "/limited", null);
        (string Path, int Status)[] requests =
        [
            .. ((int[])[200, 204, 301, 304, 400, 401, 403, 405, 429, 500, 503]).Select(static status => ($"/status/{status}", status)),
            ("/nowhere", 404), ("/limited", 429), ("/closed", 401),
        ];

        foreach (var (path, status) in requests)
        {
            AssertTold(await app.SendAsync("GET", path, origin), status, expected);
        }

        AssertTold(await app.SendAsync("DELETE", "/limited", origin), 405, expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task C9_AnswerOfAnExceptionHandler_HasTheHeaders(bool handlerInFront)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("cors"),
            app =>
            {
                if (handlerInFront)
                {
                    UseHandlers(app);
                }

                app.UseRouteMiddleware();

                if (!handlerInFront)
                {
                    UseHandlers(app);
                }

                app.MapGet("/fail", static string () => throw new InvalidOperationException("broken"));
                app.MapGet("/sorry", static () => "sorry");
                app.MapGet("/route", static string () => throw new InvalidOperationException("broken")).WithoutMiddleware("cors").WithCors();
            },
            Settings);

        foreach (var path in (string[])["/fail", "/route"])
        {
            AssertTold(await app.SendAsync("GET", path, CorsApp.Origin), 500, CorsApp.Origin);
            AssertTold(await app.SendAsync("GET", path, Evil), 500, null);
        }

        static void UseHandlers(WebApplication app) => app.UseExceptionHandler("/sorry");
    }

    [Theory]
    [InlineData(null, "Origin")]
    [InlineData("Accept-Encoding", "Accept-Encoding, Origin")]
    [InlineData("Accept-Encoding|Cookie", "Accept-Encoding, Cookie, Origin")]
    [InlineData("Accept, origin", "Accept, origin")]
    [InlineData("X-Origin, Original", "X-Origin, Original, Origin")]
    [InlineData("*", "*")]
    public async Task C3_VaryOfTheEndpoint_IsMergedWithoutDoubling(string? vary, string expected)
    {
        await using var app = await StartAsync(app => app.MapGet("/", (HttpResponse response) =>
        {
            foreach (var line in vary?.Split('|') ?? [])
            {
                response.Headers.Append("Vary", line);
            }

            return "";
        }));

        foreach (var origin in (string?[])[CorsApp.Origin, Evil, null])
        {
            Assert.Equal(expected, (await app.SendAsync("GET", "/", origin)).Vary);
        }
    }

    // What a cache kept for one origin must not go to another: the hit is told apart, and has the headers of its own request.
    [Fact]
    public async Task C3_AnswerOfTheOutputCache_HasTheHeadersOfItsOwnRequest()
    {
        var made = 0;
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddOutputCache();
                builder.Services.AddRouteMiddleware().Use("cors");
            },
            app =>
            {
                app.UseRouteMiddleware();
                app.UseOutputCache();
                app.MapGet("/", () => ++made).CacheOutput();
            },
            Settings);

        foreach (var (origin, expected) in ((string?, string?)[])[(CorsApp.Origin, CorsApp.Origin), (Evil, null), ("https://two.example.com", "https://two.example.com"), (null, null)])
        {
            AssertTold(await app.SendAsync("GET", "/", origin), 200, expected);
        }

        Assert.Equal(1, made);
    }

    [Theory]
    [InlineData(CorsApp.Origin, CorsApp.Origin)]
    [InlineData(Evil, null)]
    [InlineData(null, null)]
    public async Task C11_HeadersOfTheEndpoint_GiveWayToOurs(string? origin, string? expected)
    {
        await using var app = await StartAsync(static app => app.MapGet("/", static (HttpResponse response) =>
        {
            response.Headers.AccessControlAllowOrigin = "*";
            response.Headers.AccessControlAllowCredentials = "true";
            response.Headers.AccessControlExposeHeaders = "X-Own";
            return "";
        }));

        var reply = await app.SendAsync("GET", "/", origin);

        Assert.Equal(expected, reply.AllowOrigin);
        Assert.Null(reply["Access-Control-Allow-Credentials"]);
        Assert.Equal("X-Own", reply["Access-Control-Expose-Headers"]);
    }

    [Theory]
    [InlineData(CorsApp.Origin)]
    [InlineData("https://two.example.com")]
    public async Task C11_InBoxMiddleware_BesideOurs_LeavesOneHeader(string origin)
    {
        foreach (var inFront in (bool[])[true, false])
        {
            await using var app = await TestApp.StartAsync(
                static builder => builder.Services.AddRouteMiddleware().Use("cors"),
                app =>
                {
                    if (inFront)
                    {
                        UseInBox(app);
                    }

                    app.UseRouteMiddleware();

                    if (!inFront)
                    {
                        UseInBox(app);
                    }

                    app.MapGet("/", static () => "");
                },
                Settings);

            Assert.Equal(origin, (await app.SendAsync("GET", "/", origin)).AllowOrigin);
            Assert.Equal(origin, (await app.AskAsync("/", origin)).AllowOrigin);
        }

        static void UseInBox(WebApplication app) => app.UseCors(static policy => policy.WithOrigins(CorsApp.Origin, "https://two.example.com").AllowAnyMethod());
    }

    [Fact]
    public async Task Preflight_OverHeadersSetInFront_HasOurs()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("cors"),
            static app =>
            {
                app.Use(static (context, next) =>
                {
                    context.Response.Headers.AccessControlAllowOrigin = "*";
                    context.Response.Headers.AccessControlAllowCredentials = "true";
                    return next(context);
                });
                app.UseRouteMiddleware();
            },
            Settings);

        Assert.Equal(CorsApp.Origin, (await app.AskAsync("/", CorsApp.Origin)).AllowOrigin);
        Assert.Empty((await app.AskAsync("/", Evil)).Names);
    }

    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["RouteMiddleware:Cors:AllowOrigins"] = "https://app.example.com, https://two.example.com",
    };

    private static Task<TestApp> StartAsync(Action<WebApplication> map) => TestApp.StartAsync(
        static builder =>
        {
            builder.Services.AddAuthentication().AddCookie(static options => options.Events.OnRedirectToLogin = static context =>
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            });
            builder.Services.AddAuthorization();
            builder.Services.AddRouteMiddleware().Use("cors");
        },
        app =>
        {
            app.UseRouteMiddleware();
            app.UseAuthentication();
            app.UseAuthorization();
            map(app);
        },
        Settings);

    private static void AssertTold(CorsReply reply, int status, string? origin)
    {
        Assert.Equal(status, reply.Status);
        Assert.Equal(origin, reply.AllowOrigin);
        Assert.Equal("Origin", reply.Vary);
    }
}
