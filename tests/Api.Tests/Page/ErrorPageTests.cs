using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using RouteMiddleware.Tests.Kit;
using static Microsoft.Playwright.Assertions;

namespace Api.Tests.Page;

/// <summary>The debug page of <c>common</c>, in a browser.</summary>
public sealed class ErrorPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Markup = "<script>alert(1)</script>";

    private static readonly string[] Planted = ["planted-auth-secret", "planted-db-password", "planted-bearer", "planted-cookie", "planted-query"];

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task D2_Page_OfEachPlaceThatCanThrow_MarksItFitsAndTellsNoSecret(int width, ColorScheme colors)
    {
        await using var app = await StartAsync(overwrite: false);

        foreach (var (path, culprit) in ((string, string)[])[("/handler", "GET /handler"), ("/route", "route_thrower"), ("/global", "global_thrower"), ("/result", "FailingResult")])
        {
            var page = await OpenAsync(app, $"{path}?access_token=planted-query&wide={new string('w', 400)}", width, colors);

            await Expect(page.Locator("#chain .culprit")).ToHaveCountAsync(1);
            await Expect(page.Locator("#chain .culprit")).ToContainTextAsync(culprit);
            await Expect(page.Locator(".verdict")).ToContainTextAsync(culprit);
            await Expect(page.Locator("header .message")).ToContainTextAsync(Markup);
            await Expect(page.Locator("script, img, iframe")).ToHaveCountAsync(0);
            await Expect(page.Locator(".source .hit").First).ToContainTextAsync("throw new");
            await AssertFitsAsync(page);
            await AssertStyledAsync(page, colors);

            var html = await page.ContentAsync();
            Assert.All(Planted, secret => Assert.DoesNotContain(secret, html, StringComparison.Ordinal));
            await SaveAsync(page, $"error{path.Replace('/', '-')}-{width}-{colors}");
        }
    }

    [Fact]
    public async Task D2_Page_BehindSecurityHeadersThatOverwrite_KeepsItsStyle()
    {
        await using var app = await StartAsync(overwrite: true);

        var page = await OpenAsync(app, "/handler", 1280, ColorScheme.Light);

        await AssertStyledAsync(page, ColorScheme.Light);
    }

    private static Task AssertStyledAsync(IPage page, ColorScheme colors)
        => Expect(page.Locator("body")).ToHaveCSSAsync("background-color", colors is ColorScheme.Dark ? "rgb(21, 23, 26)" : "rgb(246, 245, 242)");

    private async Task<IPage> OpenAsync(WebApplication app, string path, int width, ColorScheme colors)
    {
        var page = await chromium.OpenAsync(width, colors);
        List<string> complaints = [];
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += (_, dialog) => complaints.Add(dialog.Message);
        page.Console += (_, message) =>
        {
            // The browser itself says that the page's status is 500.
            if (!message.Text.Contains("status of 500", StringComparison.Ordinal))
            {
                complaints.Add(message.Text);
            }
        };

        await page.Context.AddCookiesAsync([new() { Name = "theme", Value = "planted-cookie", Url = app.Urls.First() }]);
        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Authorization"] = "Bearer planted-bearer" });
        var response = await page.GotoAsync(app.Urls.First() + path);

        Assert.Equal(500, response!.Status);
        Assert.Empty(complaints);
        return page;
    }

    private static async Task AssertFitsAsync(IPage page)
    {
        var tooWide = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('html, body, main, header, section, ol, li, dl, dl div, .source, .source div, code, dd, h1, p')]
                .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth && one.clientWidth > 0)
                .map(one => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)
                .concat([...document.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => `${one.tagName} sticks out`))
            """);

        Assert.Empty(tooWide);
    }

    // For whoever wants to look at them: PAGE_SHOTS names a folder.
    private static async Task SaveAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("PAGE_SHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }

    private static async Task<WebApplication> StartAsync(bool overwrite)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development", ContentRootPath = Repository.Root });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["RouteMiddleware:Middleware:0"] = "request_id",
            ["RouteMiddleware:Middleware:1"] = "security_headers",
            ["RouteMiddleware:Middleware:2"] = "common",
            ["RouteMiddleware:Middleware:3"] = "global_thrower",
            ["RouteMiddleware:SecurityHeaders:Overwrite"] = overwrite.ToString(),
            ["RouteMiddleware:Auth:Secret"] = "planted-auth-secret-of-more-than-32-bytes",
            ["RouteMiddleware:RateLimit:PermitLimit"] = "50",
            ["ConnectionStrings:Default"] = "Server=db;Password=planted-db-password",
        });
        builder.Services.AddRouteMiddleware()
            .AddMiddleware("global_thrower", static (context, next) => context.Request.Path == "/global" ? throw new InvalidOperationException(Words(context)) : next(context))
            .AddMiddleware<RouteThrower>("route_thrower");

        var app = builder.Build();
        app.UseRouteMiddleware();
        app.MapGet("/handler", static string (HttpContext context) => throw new InvalidOperationException(Words(context), new TimeoutException($"The inner one. {new string('x', 500)}")));
        app.MapGet("/route", static () => "ok").WithMiddleware("rate_limit:5/1m", "route_thrower");
        app.MapGet("/global", static () => "ok");
        app.MapGet("/result", static () => new FailingResult());
        await app.StartAsync();
        return app;
    }

    private static string Words(HttpContext context)
        => $"{Markup} could not be read from {context.RequestServices.GetRequiredService<IConfiguration>()["ConnectionStrings:Default"]} with {context.Request.Headers.Authorization}";

    private sealed class RouteThrower : IMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            await Task.Yield();
            throw new InvalidOperationException(Words(context));
        }
    }

    private sealed class FailingResult : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => throw new InvalidOperationException(Words(httpContext));
    }
}
