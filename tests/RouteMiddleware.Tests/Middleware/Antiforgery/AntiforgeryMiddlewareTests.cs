using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Tests.Kit;
using OwnOptions = RouteMiddleware.Middleware.Antiforgery.AntiforgeryOptions;

namespace RouteMiddleware.Tests.Middleware.Antiforgery;

public sealed class AntiforgeryMiddlewareTests
{
    [Theory]
    [InlineData(false, "POST", "/form", "Production")]
    [InlineData(false, "POST", "/form", "Development")]
    [InlineData(true, "POST", "/form", "Production")]
    [InlineData(true, "POST", "/form", "Development")]
    [InlineData(true, "POST", "/plain", "Production")]
    [InlineData(true, "PUT", "/plain", "Production")]
    [InlineData(true, "PATCH", "/plain", "Production")]
    [InlineData(true, "DELETE", "/plain", "Production")]
    public async Task Request_WithoutAValidToken_IsRefused(bool onRoute, string method, string path, string environment)
    {
        await using var app = await StartAsync(onRoute, environment: environment);

        foreach (var token in (string?[])[null, "", "forged"])
        {
            using var response = await SendAsync(app, method, path, cookie: null, token);
            var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal("antiforgery_invalid", problem.GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData(false, "POST", "/form", "tea")]
    [InlineData(true, "POST", "/form", "tea")]
    [InlineData(true, "POST", "/plain", "plain")]
    [InlineData(true, "DELETE", "/plain", "plain")]
    public async Task Request_WithAValidToken_IsServed(bool onRoute, string method, string path, string expected)
    {
        await using var app = await StartAsync(onRoute);
        var (cookie, token) = await TokensAsync(app);

        foreach (var inHeader in (bool[])[false, true])
        {
            using var response = await SendAsync(app, method, path, cookie, token, inHeader || method == "DELETE");

            Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData(true, "GET", "/plain")]
    [InlineData(true, "POST", "/hook")]
    [InlineData(false, "POST", "/plain")]
    [InlineData(false, "POST", "/hook")]
    public async Task Request_ThatNeedsNoToken_IsServed(bool onRoute, string method, string path)
    {
        await using var app = await StartAsync(onRoute);

        using var response = await SendAsync(app, method, path, cookie: null, token: null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Form_OfAnotherChain_IsNotReadBeforeTheRefusal()
    {
        await using var app = await StartAsync(onRoute: true, behind: static (context, next) => throw new InvalidOperationException("reached"));

        using var response = await SendAsync(app, "POST", "/form", cookie: null, token: null);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Route_InAnApplicationThatChecksTokensItself_IsCheckedOnce()
    {
        await using var app = await StartAsync(onRoute: true, pipeline: static app => app.UseAntiforgery());
        var (cookie, token) = await TokensAsync(app);

        using var refused = await SendAsync(app, "POST", "/form", cookie, "forged");
        using var served = await SendAsync(app, "POST", "/form", cookie, token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("tea", await served.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Group_OfAnApplicationWithAGlobalOne_AsksForMore()
    {
        await using var app = await StartAsync(onRoute: true, settings: new() { ["RouteMiddleware:Middleware:0"] = "antiforgery" });
        var (cookie, token) = await TokensAsync(app);

        using var refused = await SendAsync(app, "DELETE", "/plain", cookie: null, token: null);
        using var served = await SendAsync(app, "DELETE", "/plain", cookie, token, inHeader: true);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (refused.StatusCode, served.StatusCode));
    }

    [Fact]
    public async Task SafeMethods_OfTheOptions_NeedNoToken()
    {
        await using var app = await StartAsync(onRoute: true, settings: InBoxSettings.Of("Antiforgery", "SafeMethods:0=GET, SafeMethods:1=REPORT"));

        using var safe = await SendAsync(app, "REPORT", "/plain", cookie: null, token: null);
        using var unsafeNow = await SendAsync(app, "OPTIONS", "/plain", cookie: null, token: null);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (safe.StatusCode, unsafeNow.StatusCode));
    }

    [Fact]
    public async Task Start_WithoutTheServices_SaysWhichCallIsMissing()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapPost("/", static () => "").WithAntiforgery()));

        Assert.Contains("call builder.Services.AddAntiforgery()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(onRoute: true, settings: InBoxSettings.Of("Antiforgery", "SafeMethods:0=post, SafeMethods:1=DELETE")));

        Assert.Contains("SafeMethods names 'post', which is never safe", error.Message, StringComparison.Ordinal);
        Assert.Contains("SafeMethods names 'DELETE', which is never safe", error.Message, StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(new OwnOptions { SafeMethods = [""] }.ThrowIfInvalid);
    }

    [Fact]
    public async Task Description_OfTheEndpoint_NamesTheAnswer()
    {
        await using var app = await StartAsync(onRoute: true);

        var endpoint = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static one => one.RoutePattern.RawText == "/form");

        Assert.Contains(endpoint.Metadata.OfType<IProducesResponseTypeMetadata>(), static answer => answer.StatusCode == 400);
    }

    private static Task<TestApp> StartAsync(
        bool onRoute,
        Dictionary<string, string?>? settings = null,
        string environment = "Production",
        Action<WebApplication>? pipeline = null,
        Func<HttpContext, RequestDelegate, Task>? behind = null)
    {
        settings ??= [];

        if (!onRoute)
        {
            settings["RouteMiddleware:Middleware:0"] = "antiforgery";
        }

        return TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddAntiforgery();
            },
            app =>
            {
                app.UseRouteMiddleware();
                pipeline?.Invoke(app);
                app.MapGet("/tokens", static (HttpContext context, IAntiforgery antiforgery) => antiforgery.GetAndStoreTokens(context).RequestToken);

                var group = onRoute ? app.MapGroup("").WithMiddleware("antiforgery") : app.MapGroup("");
                group = behind is null ? group : group.WithMiddleware(behind);
                group.MapPost("/form", static ([FromForm] string name) => name);
                group.MapMethods("/plain", ["GET", "POST", "PUT", "PATCH", "DELETE", "REPORT", "OPTIONS"], static () => "plain");
                group.MapPost("/hook", static ([FromForm] string name) => name).DisableAntiforgery();
            },
            settings,
            environment);
    }

    private static async Task<(string Cookie, string Token)> TokensAsync(TestApp app)
    {
        using var response = await app.Client.GetAsync(new Uri(app.Address, "/tokens"));
        return (Assert.Single(response.Headers.GetValues("Set-Cookie")).Split(';')[0], await response.Content.ReadAsStringAsync());
    }

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, string method, string path, string? cookie, string? token, bool inHeader = false)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "tea" };

        if (!inHeader && token is not null)
        {
            form["__RequestVerificationToken"] = token;
        }

        using var content = new FormUrlEncodedContent(form);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(app.Address, path)) { Content = method is "GET" ? null : content };

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        if (inHeader)
        {
            request.Headers.Add("RequestVerificationToken", token);
        }

        return await app.Client.SendAsync(request);
    }
}
