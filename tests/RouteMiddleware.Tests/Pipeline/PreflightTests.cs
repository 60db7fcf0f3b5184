using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class PreflightTests
{
    [Theory]
    [InlineData("/open", "GET", HttpStatusCode.NoContent, "seen")]
    [InlineData("/open", "POST", HttpStatusCode.NoContent, "seen")]
    [InlineData("/open", "DELETE", HttpStatusCode.NotFound, "seen gate")] // as routing answers preflights that ask for a method which no endpoint has
    [InlineData("/guarded/7", "GET", HttpStatusCode.NoContent, "seen")]
    [InlineData("/any", "PUT", HttpStatusCode.NoContent, "seen")]
    [InlineData("/plain", "GET", HttpStatusCode.MethodNotAllowed, "seen gate")]
    [InlineData("/taken-off", "GET", HttpStatusCode.MethodNotAllowed, "seen gate")]
    [InlineData("/without-gate", "GET", HttpStatusCode.NoContent, "seen")]
    [InlineData("/without-seen", "GET", HttpStatusCode.NoContent, "")]
    [InlineData("/controller", "POST", HttpStatusCode.NoContent, "seen")]
    [InlineData("/conditional/in", "GET", HttpStatusCode.NoContent, "seen")]
    [InlineData("/conditional/out", "GET", HttpStatusCode.MethodNotAllowed, "seen")]
    [InlineData("/nowhere", "GET", HttpStatusCode.NotFound, "seen gate")]
    public async Task Preflight_OfARoute_IsAnsweredByItsOwnChainAlone(string path, string method, HttpStatusCode expected, string trail)
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative))
        {
            Headers = { { "Origin", "https://app.example.com" }, { "Access-Control-Request-Method", method } },
        };

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(trail, response.Headers.TryGetValues(Trail.Header, out var values) ? string.Join(' ', values) : "");
    }

    [Theory]
    [InlineData("OPTIONS", "/open", "https://app.example.com", null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", "/open", null, "GET", HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", "/any", "https://app.example.com", null, HttpStatusCode.OK)]
    [InlineData("GET", "/open", "https://app.example.com", "GET", HttpStatusCode.OK)]
    [InlineData("GET", "/guarded/7", "https://app.example.com", null, HttpStatusCode.Unauthorized)]
    public async Task OtherRequests_ToSuchARoute_GoTheirUsualWay(string method, string path, string? origin, string? asked, HttpStatusCode expected)
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Origin", origin ?? "");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", asked ?? "");

        if (origin is null)
        {
            request.Headers.Remove("Origin");
        }

        if (asked is null)
        {
            request.Headers.Remove("Access-Control-Request-Method");
        }

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("a.example", "a")]
    [InlineData("b.example", "b")]
    [InlineData("c.example", null)]
    public async Task Preflight_OfRoutesThatDifferByHost_IsAnsweredByThatOfItsHost(string host, string? expected)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                foreach (var name in (string[])["a", "b"])
                {
                    app.MapGet("/hosted", () => name).RequireHost($"{name}.example").WithCors(o => (o.AllowOrigins, o.AllowHeaders) = (["https://app.example.com"], [name]));
                }
            });
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/hosted", UriKind.Relative))
        {
            Headers = { { "Host", host }, { "Origin", "https://app.example.com" }, { "Access-Control-Request-Method", "GET" }, { "Access-Control-Request-Headers", expected ?? "a" } },
        };

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(expected is null ? HttpStatusCode.NotFound : HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(expected, response.Headers.TryGetValues("Access-Control-Allow-Headers", out var values) ? values.Single() : null);
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        static builder =>
        {
            builder.Services.AddRouteMiddleware()
                .AddMiddleware("seen", Trail.Step("seen"))
                .AddMiddleware<Gate>("gate")
                .AddMiddleware<Answering>("answering")
                .AddMiddleware("trail", static (context, next) => next(context))
                .AddMiddleware("refuse", static (context, _) =>
                {
                    context.Response.StatusCode = StatusCodes.Status418ImATeapot;
                    return Task.CompletedTask;
                })
                .Use("seen", "gate");
            builder.Services.AddAuthentication().AddCookie(static options => options.Events.OnRedirectToLogin = static context =>
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            });

            // A fallback policy asks everybody for credentials, whatever the endpoint says: WebApplication puts the middleware in front of ours.
            builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder("Cookies").RequireAssertion(static context => context.Resource is HttpContext http && !http.Request.Path.StartsWithSegments("/guarded", StringComparison.OrdinalIgnoreCase)).Build());
            builder.Services.AddControllers().AddApplicationPart(typeof(OrdersController).Assembly);
        },
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/open", static () => "get").WithMiddleware("answering");
            app.MapPost("/open", static () => "post").WithMiddleware("refuse", "answering");
            app.MapGroup("/guarded").WithMiddleware("refuse").MapGroup("").WithMiddleware("answering").MapGet("/{id:int}", static (int id) => id).RequireAuthorization();
            app.Map("/any", static () => "any").WithMiddleware("answering");
            app.MapGet("/plain", static () => "plain");

            var group = app.MapGroup("").WithMiddleware("trail", "answering");
            group.MapGet("/taken-off", static () => "off").WithoutMiddleware("answering");
            group.MapGet("/without-gate", static () => "off").WithoutMiddleware("gate");
            group.MapGet("/without-seen", static () => "off").WithoutMiddleware("seen");
            group.MapControllers();

            app.MapGet("/conditional/{place}", static (string place) => place).WithMiddleware(new MiddlewareEntry("answering") { Include = ["/conditional/in"] });
        });

    [SkipsPreflight]
    private sealed class Gate : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "gate");
            return next(context);
        }
    }

    private sealed class Answering : IMiddleware, IAnswerPreflight
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public Task AnswerPreflightAsync(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }
    }
}
