using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Hsts;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Hsts;

public sealed class HstsMiddlewareTests
{
    [Theory]
    [InlineData("", "example.com", "max-age=2592000")]
    [InlineData("", "localhost", null)]
    [InlineData("", "127.0.0.1", null)]
    [InlineData("ExcludedHosts:0=example.com", "example.com", null)]
    [InlineData("ExcludedHosts:0=example.com", "localhost", "max-age=2592000")]
    [InlineData("MaxAge=1h, IncludeSubDomains=true, Preload=true", "example.com", "max-age=3600; includeSubDomains; preload")]
    [InlineData("MaxAge=0s", "example.com", "max-age=0")]
    public async Task Header_OverHttps_IsSent(string settings, string host, string? expected)
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync(settings, onRoute, https: true);

            foreach (var path in (string[])["/", "/fail", "/status"])
            {
                using var response = await SelfMadeCertificate.GetAsync(new Uri(app.Address, path), host);

                Assert.Equal(expected, response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? Assert.Single(values) : null);
            }
        }
    }

    [Fact]
    public async Task Header_OverHttp_IsNotSent()
    {
        await using var app = await StartAsync("ExcludedHosts=", onRoute: false, https: false);

        using var response = await SelfMadeCertificate.GetAsync(app.Address, "example.com");

        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Header_ThatTheEndpointSet_Stays()
    {
        await using var app = await StartAsync("", onRoute: false, https: true);

        using var response = await SelfMadeCertificate.GetAsync(new Uri(app.Address, "/own"), "example.com");

        Assert.Equal("max-age=1", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")));
    }

    [Fact]
    public async Task Header_OfTheRoute_WinsOverThatOfTheGlobalList()
    {
        await using var app = await StartAsync("", onRoute: false, https: true);

        using var response = await SelfMadeCertificate.GetAsync(new Uri(app.Address, "/longer"), "example.com");

        Assert.Equal("max-age=86400", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")));
    }

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new HstsOptions();

        Assert.Equal((TimeSpan.FromDays(30), false, false), (options.MaxAge, options.IncludeSubDomains, options.Preload));
        Assert.Equal(["localhost", "127.0.0.1", "[::1]"], options.ExcludedHosts);
        options.ThrowIfInvalid();
    }

    [Fact]
    public void Options_WithFaultyValues_NameEachOfThem()
        => Assert.Equal(
            ["MaxAge must not be negative, but is -00:00:01.", "ExcludedHosts has an empty entry; name hosts without scheme and port."],
            Assert.Throws<OptionsValidationException>(static () => new HstsMiddleware(new() { MaxAge = TimeSpan.FromSeconds(-1), ExcludedHosts = [""] }, NullLoggerFactory.Instance)).Failures);

    [Fact]
    public void Pass_OfARequest_IsTheNextTaskItself()
    {
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, new HstsMiddleware(new(), NullLoggerFactory.Instance).InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    private static Task<TestApp> StartAsync(string settings, bool onRoute, bool https)
    {
        var values = InBoxSettings.Of("Hsts", settings);

        if (!onRoute)
        {
            values["RouteMiddleware:Middleware:0"] = "hsts";
        }

        return TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();

                if (https)
                {
                    SelfMadeCertificate.Listen(builder);
                }
            },
            app =>
            {
                app.UseRouteMiddleware();
                app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled")));

                var group = onRoute ? app.MapGroup("").WithMiddleware("hsts") : app.MapGroup("");
                group.MapGet("/", static () => "");
                group.MapGet("/fail", static string () => throw new InvalidOperationException("broken"));
                group.MapGet("/status", static () => Results.StatusCode(503));
                group.MapGet("/longer", static () => "").WithHsts(static o => o.MaxAge = TimeSpan.FromDays(1));
                group.MapGet("/own", static (HttpResponse response) =>
                {
                    response.Headers.StrictTransportSecurity = "max-age=1";
                    return "";
                });
            },
            values);
    }
}
