using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Tests.Kit;
using OwnOptions = RouteMiddleware.Middleware.RequestTimeout.RequestTimeoutOptions;

namespace RouteMiddleware.Tests.Middleware.RequestTimeout;

public sealed class RequestTimeoutMiddlewareTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Request_ThatTakesTooLong_IsAnsweredWithAProblem(bool onRoute, bool customised)
    {
        await using var app = await StartAsync("request_timeout:50ms", onRoute, builder =>
        {
            // The application's own say in problems makes the refusal go through its service, and what the application writes there may ask the request's token.
            if (customised)
            {
                builder.Services.AddProblemDetails(static o => o.CustomizeProblemDetails = static problem =>
                {
                    problem.HttpContext.RequestAborted.ThrowIfCancellationRequested();
                    problem.ProblemDetails.Extensions["own"] = "yes";
                });
            }
        });

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/slow"));
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("request_timeout", problem.GetProperty("code").GetString());
        Assert.Equal(customised, problem.TryGetProperty("own", out _));
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Request_ThatIsInTime_IsServed()
    {
        await using var app = await StartAsync("request_timeout:1h", onRoute: false);

        Assert.Equal("quick", await app.Client.GetStringAsync(new Uri(app.Address, "/quick")));
    }

    [Fact]
    public async Task Request_BeyondEveryRoute_IsGivenUpToo()
    {
        await using var app = await StartAsync("request_timeout:50ms", onRoute: false);

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/nowhere"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task Status_OfTheOptions_IsSent()
    {
        await using var app = await StartAsync("request_timeout:50ms", onRoute: true, settings: new() { ["RouteMiddleware:RequestTimeout:StatusCode"] = "503" });

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/slow"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Theory]
    [InlineData("request_timeout:1h", "request_timeout:50ms")]
    [InlineData("request_timeout:50ms", "request_timeout:1h")]
    public async Task Timeouts_OfGlobalListAndRoute_BothHold(string global, string route)
    {
        await using var app = await StartAsync(global, onRoute: false, onRoutes: group => group.WithMiddleware(route));

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/slow"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task Endpoint_WithMetadataOfTheFramework_HasItsOwnTime()
    {
        await using var app = await StartAsync(
            "request_timeout:1h",
            onRoute: false,
            static builder => builder.Services.AddRequestTimeouts(static o => o.AddPolicy("short", TimeSpan.FromMilliseconds(50))),
            static group => group.WithRequestTimeout("short"));

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/slow"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task Endpoint_WithoutTimeout_IsLeftAlone()
    {
        await using var app = await StartAsync("request_timeout:1ms", onRoute: false);

        // Its token is the connection's: nothing cancels it.
        Assert.Equal("false", await app.Client.GetStringAsync(new Uri(app.Address, "/endless")));
    }

    [Fact]
    public async Task Description_OfTheEndpoint_NamesTheAnswer()
    {
        await using var app = await StartAsync("request_timeout:50ms", onRoute: true);

        var endpoint = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static one => one.RoutePattern.RawText == "/slow");

        Assert.Contains(endpoint.Metadata.OfType<IProducesResponseTypeMetadata>(), static answer => answer.StatusCode == 504);
    }

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
        => Assert.Equal((TimeSpan.FromSeconds(30), 504), (new OwnOptions().Timeout, new OwnOptions().StatusCode));

    [Theory]
    [InlineData("request_timeout:5", "'5' is no time span")]
    [InlineData("request_timeout:0s", "Timeout must be from one millisecond to 24 days, but is 00:00:00.")]
    [InlineData("request_timeout:25d", "Timeout must be from one millisecond to 24 days, but is 25.00:00:00.")]
    public async Task Argument_ThatIsNoTime_IsRefusedAtStart(string entry, string fault)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(entry, onRoute: true, settings: new() { ["RouteMiddleware:RequestTimeout:StatusCode"] = "200" }));

        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Contains("StatusCode must be 400 to 599, but is 200.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(399, false)]
    [InlineData(400, true)]
    [InlineData(599, true)]
    [InlineData(600, false)]
    public void Status_AtItsEdges_IsChecked(int status, bool valid)
        => Assert.Equal(valid, Record.Exception(new OwnOptions { StatusCode = status }.ThrowIfInvalid) is not OptionsValidationException);

    [Fact]
    public async Task Doors_OfFrameworkAndLibrary_StandBesideEachOther()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                var group = app.MapGroup("").WithRequestTimeout(static o => o.Timeout = TimeSpan.FromHours(1));
                group.MapGet("/", static (HttpContext context) => $"{context.RequestAborted.CanBeCanceled}").WithRequestTimeout().WithRequestTimeout(TimeSpan.FromHours(2));
                group.MapGet("/policy", static () => "").WithRequestTimeout(new RequestTimeoutPolicy { Timeout = TimeSpan.FromHours(2) }).DisableRequestTimeout();
            });

        Assert.Equal("True", await app.Client.GetStringAsync(app.Address));
    }

    private static Task<TestApp> StartAsync(
        string entry,
        bool onRoute,
        Action<WebApplicationBuilder>? services = null,
        Action<RouteGroupBuilder>? onRoutes = null,
        Dictionary<string, string?>? settings = null)
    {
        settings ??= [];

        if (!onRoute)
        {
            settings["RouteMiddleware:Middleware:0"] = entry;
        }

        return TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                services?.Invoke(builder);
            },
            app =>
            {
                app.UseRouteMiddleware();
                app.Use(static (context, next) => context.GetEndpoint() is null ? WaitAsync(context) : next(context));

                var group = onRoute ? app.MapGroup("").WithMiddleware(entry) : app.MapGroup("");
                onRoutes?.Invoke(group);
                group.MapGet("/slow", static (HttpContext context) => WaitAsync(context));
                group.MapGet("/quick", static () => "quick");
                group.MapGet("/endless", static (HttpContext context) => context.Features.Get<IHttpRequestTimeoutFeature>() is not null).DisableRequestTimeout();
            },
            settings);
    }

    private static Task WaitAsync(HttpContext context) => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
}
