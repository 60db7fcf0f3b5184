using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.HttpsRedirection;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Middleware.Hsts;

namespace RouteMiddleware.Tests.Middleware.HttpsRedirection;

public sealed class HttpsRedirectionMiddlewareTests
{
    [Theory]
    [InlineData("HttpsPort=8443", 307, "https://127.0.0.1:8443/orders?a=1")]
    [InlineData("HttpsPort=443", 307, "https://127.0.0.1/orders?a=1")]
    [InlineData("HttpsPort=8443, StatusCode=301", 301, "https://127.0.0.1:8443/orders?a=1")]
    [InlineData("HttpsPort=8443, StatusCode=308", 308, "https://127.0.0.1:8443/orders?a=1")]
    [InlineData("", 200, null)]
    public async Task Caller_OverHttp_IsSentToHttps(string settings, int status, string? location)
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync(InBoxSettings.Of("HttpsRedirection", settings), onRoute);

            using var response = await app.Client.GetAsync(new Uri(app.Address, "/orders?a=1"));

            Assert.Equal((status, location), ((int)response.StatusCode, response.Headers.Location?.AbsoluteUri));
        }
    }

    [Fact]
    public async Task Port_WithoutAnOption_IsThatOfTheConfiguration()
    {
        await using var app = await StartAsync(new() { ["https_port"] = "5001" }, onRoute: false);

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/orders"));

        Assert.Equal(new Uri("https://127.0.0.1:5001/orders"), response.Headers.Location);
    }

    [Fact]
    public async Task Port_WithoutAnOption_IsThatOfTheApplicationsOptions()
    {
        await using var app = await StartAsync([], onRoute: true, static builder => builder.Services.AddHttpsRedirection(static o => o.HttpsPort = 7001));

        using var response = await app.Client.GetAsync(new Uri(app.Address, "/orders"));

        Assert.Equal(new Uri("https://127.0.0.1:7001/orders"), response.Headers.Location);
    }

    [Fact]
    public async Task Port_WithoutAnOption_IsWhereTheServerListens()
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync([], onRoute, static builder => SelfMadeCertificate.Listen(builder, alsoHttp: true));
            var https = new Uri(app.App.Urls.Single(static url => url.StartsWith("https:", StringComparison.Ordinal)));

            using var redirect = await app.Client.GetAsync(new Uri(app.Address, "/orders"));
            using var response = await SelfMadeCertificate.GetAsync(redirect.Headers.Location!);

            Assert.Equal((HttpStatusCode.TemporaryRedirect, https.Port), (redirect.StatusCode, redirect.Headers.Location!.Port));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(InBoxSettings.Of("HttpsRedirection", "HttpsPort=0, StatusCode=303"), onRoute: true));

        Assert.Contains("StatusCode must be 301, 302, 307 or 308, but is 303.", error.Message, StringComparison.Ordinal);
        Assert.Contains("HttpsPort must be 1 to 65535, but is 0.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(65535, true)]
    [InlineData(65536, false)]
    [InlineData(null, true)]
    public void Port_AtItsEdges_IsChecked(int? port, bool valid)
        => Assert.Equal(valid, Record.Exception(new HttpsRedirectionOptions { HttpsPort = port }.ThrowIfInvalid) is not OptionsValidationException);

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
        => Assert.Equal((307, (int?)null), (new HttpsRedirectionOptions().StatusCode, new HttpsRedirectionOptions().HttpsPort));

    private static Task<TestApp> StartAsync(Dictionary<string, string?> values, bool onRoute, Action<WebApplicationBuilder>? more = null)
    {
        if (!onRoute)
        {
            values["RouteMiddleware:Middleware:0"] = "https_redirection";
        }

        return TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                more?.Invoke(builder);
            },
            app =>
            {
                app.UseRouteMiddleware();
                var route = app.MapGet("/orders", static () => "orders");
                _ = onRoute ? route.WithHttpsRedirection() : route;
            },
            values);
    }
}
