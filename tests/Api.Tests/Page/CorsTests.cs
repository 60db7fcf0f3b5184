using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Cors;

namespace Api.Tests.Page;

/// <summary>What a real browser lets the script of one origin do at another.</summary>
public sealed class CorsTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Unreadable = "TypeError";

    [Theory]
    [InlineData("GET", "/open", "200 open 7")]
    [InlineData("GET", "/missing", "404  null")]
    [InlineData("GET", "/fail", "500  null")]
    [InlineData("PUT", "/open", "200 open 7")]
    [InlineData("DELETE", "/open", Unreadable)]
    [InlineData("PUT", "/guarded", "401")]
    [InlineData("PUT", "/limited", "200 limited 7")]
    [InlineData("PUT", "/foreign", Unreadable)]
    public async Task Script_OfAnotherOrigin_ReadsWhatCorsAllows(string method, string path, string expected)
    {
        foreach (var onRoutes in (bool[])[false, true])
        {
            await using var site = await StartAsync(static app => app.MapGet("/", static () => Results.Content("<!doctype html><title>shop</title>", "text/html")));
            var origin = site.Urls.First();
            await using var api = await StartAsync(app => MapApi(app, onRoutes, origin), origin, onRoutes);
            var page = await chromium.OpenAsync();
            await page.GotoAsync(origin);

            var read = await page.EvaluateAsync<string>(
                """
                async ([url, method]) => {
                    const init = method === 'GET' ? {} : { method, credentials: 'include', headers: { 'Content-Type': 'application/json', 'Authorization': 'Bearer none', 'X-Own': '1' } };
                    try {
                        const answer = await fetch(url, init);
                        const text = await answer.text();
                        return answer.status === 401 ? '401' : `${answer.status} ${text} ${answer.headers.get('X-Total')}`;
                    } catch (error) {
                        return error.name;
                    }
                }
                """,
                new[] { api.Urls.First() + path, method });

            // What no route answers has no route's headers.
            Assert.Equal(onRoutes && path == "/missing" ? Unreadable : expected, read);
        }
    }

    private static void MapApi(WebApplication app, bool onRoutes, string origin)
    {
        app.UseRouteMiddleware();
        app.UseExceptionHandler(static error => error.Run(static _ => Task.CompletedTask));
        var group = app.MapGroup("");

        if (onRoutes)
        {
            group.WithCors(o => Allow(o, origin));
        }

        group.MapMethods("/open", ["GET", "PUT", "DELETE"], static (HttpResponse response) => Answer(response, "open"));
        group.MapMethods("/limited", ["PUT"], static (HttpResponse response) => Answer(response, "limited")).WithMiddleware("rate_limit:1/1m");
        group.MapPut("/guarded", static () => "guarded").WithMiddleware("auth");
        group.MapGet("/fail", static string () => throw new InvalidOperationException("broken"));
        var foreign = app.MapPut("/foreign", static () => "foreign");

        if (!onRoutes)
        {
            foreign.WithoutMiddleware("cors");
        }
    }

    private static string Answer(HttpResponse response, string text)
    {
        response.Headers["X-Total"] = "7";
        return text;
    }

    private static void Allow(CorsOptions options, string origin)
    {
        options.AllowOrigins = [origin];
        options.AllowMethods = ["GET", "PUT"];
        options.AllowHeaders = ["*"];
        options.ExposeHeaders = ["X-Total"];
        options.AllowCredentials = true;
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map, string? origin = null, bool onRoutes = false)
    {
        var builder = WebApplication.CreateSlimBuilder();

        // The sample's settings lie beside the tests.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration["RouteMiddleware:Auth:Secret"] = "0123456789abcdef0123456789abcdef";
        var middleware = builder.Services.AddRouteMiddleware();

        if (origin is not null && !onRoutes)
        {
            builder.Configuration["RouteMiddleware:Cors:AllowOrigins:0"] = origin;
            builder.Configuration["RouteMiddleware:Cors:AllowMethods"] = "GET, PUT";
            builder.Configuration["RouteMiddleware:Cors:AllowHeaders"] = "*";
            builder.Configuration["RouteMiddleware:Cors:ExposeHeaders"] = "X-Total";
            builder.Configuration["RouteMiddleware:Cors:AllowCredentials"] = "true";
            middleware.Use("cors");
        }

        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
