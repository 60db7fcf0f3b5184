using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

public sealed class ExplorerPageTests
{
    private const string Markup = "<script>alert(1)</script>";

    [Theory]
    [InlineData("", "text/html")]
    [InlineData("/", "text/html")]
    [InlineData("/model", "application/json")]
    [InlineData("/route/0", "application/json")]
    [InlineData("/route/none", "application/json")]
    [InlineData("/live", "text/event-stream")]
    public async Task D2_Answers_OfTheExplorer_MayNotBeFramedKeptOrTakenForAnythingElse(string path, string type)
    {
        await using var app = await StartAsync(static builder => builder.Use("security_headers").Use("gzip"), [new("RouteMiddleware:SecurityHeaders:Overwrite", "true"), new("RouteMiddleware:Gzip:MinimumSize", "1")]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/_middleware{path}");
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");

        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal("no-store, no-transform", response.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.Single(response.Headers.GetValues("Referrer-Policy"));

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task D2_Page_OfAPathWithMarkup_EncodesIt()
    {
        await using var app = await ExplorerApp.StartAsync(static app => app.MapMiddlewareExplorer("/{room}/explorer"));

        var html = await app.Client.GetStringAsync(new Uri("/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/explorer/", UriKind.Relative));

        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.Contains("data-base=\"/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/explorer\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task D2_Model_WithMarkupInNames_EscapesIt()
    {
        await using var app = await ExplorerApp.StartAsync(
            static app =>
            {
                app.MapGet($"/{Markup}", static () => "").WithMiddleware("maintenance").WithDisplayName(Markup);
                app.MapMiddlewareExplorer();
            },
            settings: [new("RouteMiddleware:Maintenance:Message", Markup)]);

        foreach (var path in (string[])["model", "route/0"])
        {
            var json = await app.Client.GetStringAsync(new Uri($"/_middleware/{path}", UriKind.Relative));
            Assert.DoesNotContain('<', json);
            Assert.Contains("\\u003Cscript\\u003E", json, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task X2_Explorer_AskedToChangeSomething_AnswersThatItDoesNot(string method)
    {
        await using var app = await StartAsync();

        foreach (var path in (string[])["", "/model", "/route/0", "/live"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/_middleware{path}");
            using var response = await app.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/model")]
    [InlineData("/route/0")]
    [InlineData("/live")]
    public async Task X2_Head_OfTheExplorer_AnswersWithoutABody(string path)
    {
        await using var app = await StartAsync();

        var answer = await app.SendRawAsync($"HEAD /_middleware{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/model", "cross-site", 403)]
    [InlineData("/model", "same-site", 403)]
    [InlineData("/live", "cross-site", 403)]
    [InlineData("/route/0", "cross-site", 403)]
    [InlineData("/model", "same-origin", 200)]
    [InlineData("/model", "none", 200)]
    [InlineData("", "cross-site", 200)]
    public async Task X2_Data_AskedForByAPageElsewhere_IsRefused(string path, string site, int status)
    {
        await using var app = await StartAsync(static builder => builder.Use("cors"), [new("RouteMiddleware:Cors:AllowOrigins:0", "*")]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/_middleware{path}");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Origin", "https://elsewhere.example");

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);

        if (status == 403)
        {
            Assert.Contains("\"code\":\"explorer_cross_site\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/route/999")]
    [InlineData("/route/-1")]
    [InlineData("/route/x")]
    [InlineData("/route/99999999999999999999")]
    [InlineData("/nothing")]
    public async Task Explorer_AskedForWhatIsNotThere_AnswersNotFound(string path)
    {
        await using var app = await StartAsync();

        using var response = await app.Client.GetAsync(new Uri($"/_middleware{path}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Explorer_InDescriptions_IsLeftOut()
    {
        await using var app = await StartAsync();

        var own = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(static endpoint => endpoint.DisplayName == "Middleware explorer").ToArray();

        Assert.Equal(4, own.Length);
        Assert.All(own, static endpoint => Assert.True(endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()!.ExcludeFromDescription));
    }

    [Fact]
    public async Task P5_Limits_OfKestrel_AreShownAsTheyAre()
    {
        await using var app = await ExplorerApp.StartAsync(
            static app => app.MapMiddlewareExplorer(),
            services: static builder => builder.Services.Configure<KestrelServerOptions>(static options =>
            {
                options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(7);
                options.Limits.MaxRequestBodySize = null;
                options.Limits.MinRequestBodyDataRate = new MinDataRate(120, TimeSpan.FromSeconds(3));
            }));

        var limits = (await app.ReadAsync("/_middleware/model")).GetProperty("limits");

        Assert.Equal("7 s", limits.GetProperty("RequestHeadersTimeout").GetString());
        Assert.Equal("no limit", limits.GetProperty("MaxRequestBodySize").GetString());
        Assert.Equal("120 bytes/s after 3 s", limits.GetProperty("MinRequestBodyDataRate").GetString());
        Assert.Equal("130 s", limits.GetProperty("KeepAliveTimeout").GetString());
        Assert.Equal("32,768 bytes", limits.GetProperty("MaxRequestHeadersTotalSize").GetString());
    }

    [Fact]
    public async Task X3_Secrets_OfSettingsCallsAndEntries_AreNowhere()
    {
        const string Settings = "canary-settings-0123456789abcdef";
        const string Call = "canary-call-0123456789abcdef0123456789";
        const string Key = "Y2FuYXJ5LWtleS0wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1";
        await using var app = await ExplorerApp.StartAsync(
            app =>
            {
                app.UseRouteMiddleware();
                app.MapMiddlewareExplorer();
                app.MapGet("/auth", static () => "").WithMiddleware("auth");
                app.MapGet("/called", static () => "").WithAuth(o => o.Secret = Call);
                app.MapGet("/keyed", static () => "").WithMiddleware("keyed");
                app.MapGet("/alerts", static () => "").WithMiddleware("error_monitoring");
            },
            builder => builder.AddMiddleware<Keyed, KeyedOptions>("keyed", section: "Keyed", defaults: options => options.Material = Encoding.ASCII.GetBytes(Key)),
            [
                new("RouteMiddleware:Auth:Secret", Settings),
                new("RouteMiddleware:Middleware:0", "request_id"),
                new("ConnectionStrings:Redis", $"redis:6379,password={Settings}"),
            ]);
        var text = new StringBuilder(await app.Client.GetStringAsync(new Uri("/_middleware/model", UriKind.Relative)));

        for (var i = 0; i < 8; i++)
        {
            text.Append(await app.Client.GetStringAsync(new Uri($"/_middleware/route/{i}", UriKind.Relative)));
        }

        foreach (var canary in (string[])[Settings, Call, Key, Convert.ToBase64String(Encoding.ASCII.GetBytes(Key)), Convert.ToHexString(Encoding.ASCII.GetBytes(Key))])
        {
            Assert.DoesNotContain(canary, text.ToString(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("\"masked\":true", text.ToString(), StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync(Action<RouteMiddlewareBuilder>? middleware = null, IEnumerable<KeyValuePair<string, string?>>? settings = null) => ExplorerApp.StartAsync(
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapMiddlewareExplorer();
            app.MapGet("/orders", static () => "");
        },
        middleware,
        settings);

    private sealed class KeyedOptions
    {
        public byte[] Material { get; set; } = [];
    }

    private sealed class Keyed(KeyedOptions options) : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => options.Material.Length > 0 ? next(context) : Task.CompletedTask;
    }
}
