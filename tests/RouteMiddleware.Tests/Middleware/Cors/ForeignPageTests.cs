using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>The option that refuses requests of foreign pages.</summary>
public sealed class ForeignPageTests
{
    [Theory]
    [InlineData("POST", CorsApp.Origin, null, 200)]
    [InlineData("POST", CorsApp.Origin, "cross-site", 200)]
    [InlineData("POST", "https://evil.example", null, 403)]
    [InlineData("POST", "https://evil.example", "cross-site", 403)]
    [InlineData("POST", "https://other.example.com", "same-site", 403)]
    [InlineData("POST", "null", null, 403)]
    [InlineData("POST", "garbage", null, 403)]
    [InlineData("POST", "http://api.example.com", null, 200)]
    [InlineData("POST", "HTTP://API.example.com", null, 200)]
    [InlineData("POST", "https://api.example.com", null, 403)]
    [InlineData("POST", "http://api.example.com:8080", null, 403)]
    [InlineData("POST", "https://api.example.com", "same-origin", 200)] // behind a proxy that ends TLS, browsers know better
    [InlineData("POST", null, null, 200)]
    [InlineData("POST", null, "none", 200)]
    [InlineData("POST", null, "same-origin", 200)]
    [InlineData("POST", null, "same-site", 403)]
    [InlineData("POST", null, "cross-site", 403)]
    [InlineData("PUT", "https://evil.example", null, 403)]
    [InlineData("DELETE", "https://evil.example", null, 403)]
    [InlineData("GET", "https://evil.example", "cross-site", 200)]
    [InlineData("HEAD", "https://evil.example", "cross-site", 405)]
    [InlineData("OPTIONS", "https://evil.example", "cross-site", 405)]
    [InlineData("TRACE", "https://evil.example", "cross-site", 405)]
    [InlineData("PROPFIND", "https://evil.example", "cross-site", 403)]
    public async Task C10_RequestOfAForeignPage_IsRefusedByTheOption(string method, string? origin, string? site, int expected)
    {
        foreach (var required in (bool[])[true, false])
        {
            await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.RequireCorsOrSameOrigin) = ([CorsApp.Origin], required));

            var reply = await app.SendAsync(method, "/", origin, site is null ? [] : [$"Sec-Fetch-Site: {site}"]);

            Assert.Equal(required ? expected : expected == 403 ? method == "PROPFIND" ? 405 : 200 : expected, reply.Status);
            Assert.Equal("Origin", reply.Vary);
        }
    }

    [Theory]
    [InlineData("websocket", 403)]
    [InlineData("WebSocket", 403)]
    [InlineData("h2c", 200)]
    public async Task C10_WebSocketOfAForeignPage_IsRefused(string upgrade, int expected)
    {
        await using var app = await CorsApp.StartAsync(static o => (o.AllowOrigins, o.RequireCorsOrSameOrigin) = ([CorsApp.Origin], true));

        Assert.Equal(expected, (await app.SendAsync("GET", "/", "https://evil.example", $"Upgrade: {upgrade}")).Status);
        Assert.Equal(200, (await app.SendAsync("GET", "/", CorsApp.Origin, $"Upgrade: {upgrade}")).Status);
    }

    [Theory]
    [InlineData("api.example.com:80", "http://api.example.com", 200)]
    [InlineData("API.example.com", "http://api.example.com", 200)]
    [InlineData("api.example.com:8080", "http://api.example.com:8080", 200)]
    [InlineData("api.example.com:8080", "http://api.example.com", 403)]
    [InlineData("api.example.com.evil.example", "http://api.example.com", 403)]
    [InlineData("[::1]:8080", "http://[::1]:8080", 200)]
    public async Task C10_OwnOrigin_IsToldByTheHost(string host, string origin, int expected)
    {
        await using var app = await CorsApp.StartAsync(static o => o.RequireCorsOrSameOrigin = true);

        var answer = await app.SendRawAsync($"POST / HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        Assert.Equal(expected, new CorsReply(answer).Status);
    }

    [Fact]
    public async Task C10_PageWithoutAnOrigin_IsLetInWhereListed()
    {
        await using var app = await CorsApp.StartAsync(static o => (o.AllowOrigins, o.RequireCorsOrSameOrigin) = (["null"], true));

        Assert.Equal(200, (await app.SendAsync("POST", "/", "null", "Sec-Fetch-Site: cross-site")).Status);
        Assert.Equal(403, (await app.SendAsync("POST", "/", "https://evil.example")).Status);
    }

    [Fact]
    public async Task C10_Refusal_IsAProblemThatTheOpenApiDocumentKnows()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapPost("/strict", static () => "").WithCors(static o => o.RequireCorsOrSameOrigin = true);
                app.MapPost("/open", static () => "").WithCors();
            });

        var reply = await app.SendAsync("POST", "/strict", "https://evil.example");

        using var problem = JsonDocument.Parse(reply.Text.Split("\r\n\r\n", 2)[1]);
        Assert.Equal(403, reply.Status);
        Assert.Equal("application/problem+json", reply["Content-Type"]);
        Assert.Equal("no-store", reply["Cache-Control"]);
        Assert.Equal("origin_not_allowed", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(200, (await app.SendAsync("POST", "/open", "https://evil.example")).Status);
        Assert.Contains(app.Logs.Records, static record => record.Message == "A request to '/strict' from 'https://evil.example' was refused (cross_origin).");

        var described = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(static endpoint => endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(static metadata => metadata.StatusCode == 403));
        Assert.Equal("/strict", Assert.IsType<RouteEndpoint>(Assert.Single(described)).RoutePattern.RawText);
    }
}
