using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.SecurityHeaders;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.SecurityHeaders;

public sealed class SecurityHeadersMiddlewareTests
{
    [Fact]
    public async Task Answer_WithTheDefaults_HasTheDocumentedHeaders()
    {
        var headers = await SendAsync([new()]);

        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", headers["X-Frame-Options"]);
        Assert.Equal("0", headers["X-XSS-Protection"]);
        Assert.Equal("strict-origin-when-cross-origin", headers["Referrer-Policy"]);
        Assert.Equal("geolocation=(), microphone=(), camera=()", headers["Permissions-Policy"]);
        Assert.Equal("default-src 'self'", headers["Content-Security-Policy"]);
        Assert.Equal("same-origin", headers["Cross-Origin-Opener-Policy"]);
        Assert.False(headers.ContainsKey("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("https", true, 31_536_000, true, "max-age=31536000; includeSubDomains")]
    [InlineData("https", true, 60, false, "max-age=60")]
    [InlineData("https", true, 0, false, "max-age=0")]
    [InlineData("https", false, 60, true, null)]
    [InlineData("http", true, 60, true, null)]
    public async Task Hsts_ByScheme_GoesOutOverHttpsOnly(string scheme, bool enabled, long maxAge, bool subDomains, string? expected)
    {
        var headers = await SendAsync([new() { EnableHsts = enabled, HstsMaxAge = maxAge, HstsIncludeSubDomains = subDomains }], scheme: scheme);

        Assert.Equal(expected, headers.GetValueOrDefault("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("https", "max-age=5; preload")]
    [InlineData("http", null)]
    public async Task Hsts_OfTheMap_GoesOutOverHttpsOnly(string scheme, string? expected)
    {
        var headers = await SendAsync([new() { Headers = { ["strict-transport-security"] = "max-age=5; preload" } }], scheme: scheme);

        Assert.Equal(expected, headers.GetValueOrDefault("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Map_OverTheDefaults_ChangesAddsAndRemoves()
    {
        var options = new SecurityHeadersOptions
        {
            Headers = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["x-frame-options"] = "SAMEORIGIN",
                ["X-XSS-PROTECTION"] = "",
                ["Referrer-Policy"] = null,
                ["Cross-Origin-Resource-Policy"] = "same-site",
            },
        };

        var headers = await SendAsync([options]);

        Assert.Equal("SAMEORIGIN", headers["X-Frame-Options"]);
        Assert.Equal("same-site", headers["Cross-Origin-Resource-Policy"]);
        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        Assert.False(headers.ContainsKey("X-XSS-Protection"));
        Assert.False(headers.ContainsKey("Referrer-Policy"));
    }

    [Theory]
    [InlineData("default-src 'none'", "default-src 'none'")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task ContentSecurityPolicy_OfTheOption_IsSent(string? policy, string? expected)
    {
        var headers = await SendAsync([new() { ContentSecurityPolicy = policy }]);

        Assert.Equal(expected, headers.GetValueOrDefault("Content-Security-Policy"));
    }

    [Fact]
    public async Task ContentSecurityPolicy_OfTheMap_IsSent()
    {
        var headers = await SendAsync([new() { Headers = { ["Content-Security-Policy"] = "img-src *" } }]);

        Assert.Equal("img-src *", headers["Content-Security-Policy"]);
    }

    [Theory]
    [InlineData(false, "SAMEORIGIN", "max-age=1")]
    [InlineData(true, "DENY", "max-age=31536000; includeSubDomains")]
    public async Task Header_ThatTheEndpointSet_StaysUnlessOverwritten(bool overwrite, string frames, string hsts)
    {
        var headers = await SendAsync([new() { Overwrite = overwrite }], scheme: "https", handler: static context =>
        {
            context.Response.Headers.XFrameOptions = "SAMEORIGIN";
            context.Response.Headers.StrictTransportSecurity = "max-age=1";
            return context.Response.WriteAsync("");
        });

        Assert.Equal(frames, headers["X-Frame-Options"]);
        Assert.Equal(hsts, headers["Strict-Transport-Security"]);
    }

    // The middleware takes a short way where an answer has few headers: each count is a case.
    [Theory]
    [InlineData(null, null)]
    [InlineData("text/plain", null)]
    [InlineData(null, 2L)]
    [InlineData("text/plain", 2L)]
    public async Task Header_ThatTheEndpointSetBesideItsContent_Stays(string? contentType, long? contentLength)
    {
        foreach (var name in (string[])["X-Frame-Options", "Cross-Origin-Opener-Policy"])
        {
            var headers = await SendAsync([new()], handler: context =>
            {
                context.Response.Headers[name] = "own";
                context.Response.ContentType = contentType;
                context.Response.ContentLength = contentLength;
                return context.Response.WriteAsync("ok");
            });

            Assert.Equal("own", headers[name]);
            Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        }
    }

    [Fact]
    public async Task Middleware_StandingTwice_LeavesTheInnermostToDecide()
    {
        var headers = await SendAsync(
        [
            new() { Overwrite = true, Headers = { ["X-Outer"] = "1" } },
            new() { Headers = { ["X-Frame-Options"] = "", ["Referrer-Policy"] = "no-referrer" } },
        ]);

        Assert.False(headers.ContainsKey("X-Frame-Options"));
        Assert.False(headers.ContainsKey("X-Outer"));
        Assert.Equal("no-referrer", headers["Referrer-Policy"]);
        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
    }

    [Fact]
    public async Task ErrorAnswer_OfTheExceptionHandler_HasTheHeaders()
    {
        await using var app = await TestApp.StartAsync(
            static _ => { },
            static app =>
            {
                Use(app, new());
                app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("sorry")));
                app.Run(static _ => throw new InvalidOperationException("broken"));
            });

        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
    }

    [Fact]
    public void Pass_OfARequest_IsTheNextTaskItself()
    {
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, new SecurityHeadersMiddleware(new()).InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    private static void Use(WebApplication app, SecurityHeadersOptions options)
    {
        var middleware = new SecurityHeadersMiddleware(options);
        app.Use((HttpContext context, RequestDelegate next) => middleware.InvokeAsync(context, next));
    }

    // Every header stands once: a doubled one fails here in each test.
    private static async Task<Dictionary<string, string>> SendAsync(SecurityHeadersOptions[] options, string scheme = "http", RequestDelegate? handler = null)
    {
        await using var app = await TestApp.StartAsync(
            static _ => { },
            app =>
            {
                Array.ForEach(options, one => Use(app, one));
                app.Use((context, next) =>
                {
                    // Behind the middleware, as a reader of a proxy's headers may stand.
                    context.Request.Scheme = scheme;
                    return next(context);
                });
                app.Run(handler ?? (static context => context.Response.WriteAsync("")));
            });

        using var response = await app.Client.GetAsync(app.Address);
        return response.Headers.ToDictionary(static header => header.Key, static header => Assert.Single(header.Value), StringComparer.OrdinalIgnoreCase);
    }
}
