using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>What the pipeline must stand: wrong order, routes without their middleware, headers that would switch something off, malformed HTTP, bad options.</summary>
public sealed class PipelineLimitTests
{
    private static readonly Refusal NoEntry = new(401, "no_entry", "Unauthorized", "Nobody comes in here.");

    public static TheoryData<string> Malformed =>
    [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \u00ff\u00fe\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\u00ff HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET //closed HTTP/1.1\r\nHost: a\r\n\r\n",
        "G\u00c4T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded: line\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /closed HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        "\r\n\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000",
    ];

    [Fact]
    public async Task P1_WrongOrder_IsRefusedAtStartNamingBothParts()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Late>("late").AddMiddleware("early", Trail.Step("early")),
            app => app.MapGroup("/").WithMiddleware("late").MapGet("/", () => "").WithMiddleware("early")));

        Assert.Contains("'late' must run after 'early'", Assert.Single(error.Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P2_TheListedChain_IsWhatRunsOnEveryRoute()
    {
        string[] names = ["a", "b", "c", "d"];
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                var middleware = builder.Services.AddRouteMiddleware().AddGroup("both", "a", "b");
                Array.ForEach(names, name => middleware.AddMiddleware(name, Trail.Step(name)));
            },
            app =>
            {
                for (var i = 0; i < 64; i++)
                {
                    var outer = app.MapGroup($"/{i}");
                    _ = (i & 1) == 0 ? outer : outer.WithMiddleware("both");
                    var inner = outer.MapGroup("/in");
                    _ = (i & 2) == 0 ? inner : inner.WithMiddleware("c", "a");
                    var route = inner.MapGet("/route", () => "ok");
                    _ = (i & 4) == 0 ? route : route.WithMiddleware("d");
                    _ = (i & 3) == 3 && (i & 8) != 0 ? route.WithoutMiddleware("a") : route;
                    _ = (i & 1) != 0 && (i & 16) != 0 ? outer.WithoutMiddleware("both") : outer;
                    _ = (i & 32) == 0 ? route : route.WithMiddleware("b");
                }
            });

        foreach (var endpoint in app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var listed = endpoint.Metadata.GetMetadata<EndpointChain>()?.Links.Select(static link => link.Name) ?? [];

            Assert.Equal(string.Join(' ', listed), await app.Client.TrailAsync(endpoint.RoutePattern.RawText!));
        }
    }

    [Theory]
    [InlineData("X-Middleware-Subrequest: middleware:middleware:middleware:middleware:middleware")]
    [InlineData("X-Original-URL: /open")]
    [InlineData("X-Rewrite-URL: /open")]
    [InlineData("X-HTTP-Method-Override: OPTIONS")]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    [InlineData("X-Forwarded-Prefix: /open")]
    [InlineData("RouteMiddleware-Disabled: closed")]
    [InlineData("Connection: Authorization, Cookie")]
    [InlineData("Access-Control-Request-Method: GET\r\nOrigin: https://example.com")]
    public async Task P3_P6_NoRequestHeader_SwitchesAMiddlewareOff(string header)
    {
        await using var app = await StartAsync();

        foreach (var method in new[] { "GET", "get", "HEAD", "POST", "OPTIONS", "TRACE" })
        {
            var answer = await app.SendRawAsync($"{method} /closed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n{header}\r\n\r\n", "\r\n\r\n");

            Assert.Matches("^HTTP/1.1 (400|401|405) ", answer);
        }
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task P4_MalformedRequests_GetOneAnswerThatIsNoServerError(string request)
    {
        await using var app = await StartAsync();

        var answer = await app.SendRawAsync(request + "GET /last HTTP/1.0\r\n\r\n");
        var statuses = answer.Split("HTTP/1.1 ").Skip(1).Select(static part => part[..3]).ToArray();

        // 505 is Kestrel's own answer to a version of HTTP that does not exist.
        Assert.DoesNotContain(statuses, static status => status[0] == '5' && status is not "505");
        Assert.True(statuses.Length <= 2, answer);
        Assert.DoesNotContain(app.Logs.Records, static record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Error);

        // The next connection is served as if nothing had happened.
        using var after = await app.Client.GetAsync(new Uri("/open", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task P9_OptionErrors_AreAllNamedAtStart()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", () => "").WithMiddleware("rate_limit:0/1m", "auth:", "security_headerz"),
            new Dictionary<string, string?>
            {
                ["RouteMiddleware:RateLimit:Algoritm"] = "sliding",
                ["RouteMiddleware:RateLimit:MaxPartitions"] = "many",
                ["RouteMiddleware:Auth:Secret"] = "short",
                ["RouteMiddleware:Timing:HeaderName"] = "not a header",
            }));

        string[] named = ["PermitLimit", "Algoritm", "MaxPartitions", "The argument of 'auth' is empty", "security_headers"];
        Assert.All(named, what => Assert.Contains(what, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("short", error.Message.Replace("shorter", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        builder => builder.Services.AddRouteMiddleware().AddMiddleware("closed", static (context, _) => NoEntry.WriteAsync(context)).Use("request_id", "timing", "security_headers"),
        app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/open", () => "open");
            app.MapMethods("/closed", ["GET", "POST"], () => "open").WithMiddleware("closed");
        });

    [RunsAfter("early")]
    private sealed class Late : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }
}
