using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.RequestId;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RequestId;

public sealed class RequestIdMiddlewareTests
{
    [Fact]
    public async Task Request_WithoutAnId_GetsOneEverywhere()
    {
        await using var app = await StartAsync();

        var (header, body) = await GetAsync(app);

        Assert.Matches("^[0-9a-f]{32}$", header);
        Assert.Equal($"{header} {header} {header}", body);
    }

    [Fact]
    public async Task Requests_OneAfterTheOther_GetDifferentIds()
    {
        await using var app = await StartAsync();

        var (first, _) = await GetAsync(app);
        var (second, _) = await GetAsync(app);

        Assert.NotEqual(first, second, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(127, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task IncomingId_OfALength_IsTakenUpToTheLimit(int length, bool taken)
    {
        await using var app = await StartAsync();
        var sent = new string('a', length);

        Assert.Equal(taken, string.Equals((await GetAsync(app, sent)).Header, sent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("7f3c-A.b_9", true)]
    [InlineData("a b", false)]
    [InlineData("a,b", false)]
    [InlineData("a;b", false)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("a%0d%0aSet-Cookie:x=1", false)]
    [InlineData("<script>", false)]
    [InlineData("${jndi:ldap}", false)]
    [InlineData("\"quoted\"", false)]
    [InlineData("a\tb", false)]
    [InlineData("Ærlig", false)]
    [InlineData("１２３", false)]
    public async Task L4_IncomingId_WithOtherLettersThanThePatterns_IsReplaced(string sent, bool taken)
    {
        await using var app = await StartAsync();
        var bytes = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(sent));

        var answer = await app.SendRawAsync($"GET / HTTP/1.1\r\nHost: a\r\nX-Request-ID: {bytes}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(taken, answer.Contains($"X-Request-ID: {bytes}\r\n", StringComparison.Ordinal));
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Single(answer.Split('\n'), line => line.StartsWith("X-Request-ID:", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task L4_IncomingId_SentTwice_IsReplaced()
    {
        await using var app = await StartAsync();

        var answer = await app.SendRawAsync("GET / HTTP/1.1\r\nHost: a\r\nX-Request-ID: first\r\nX-Request-ID: second\r\nConnection: close\r\n\r\n");

        Assert.Matches("X-Request-ID: [0-9a-f]{32}\r\n", answer);
    }

    [Fact]
    public async Task IncomingId_WithoutTrust_IsReplaced()
    {
        await using var app = await StartAsync(new() { TrustIncoming = false });

        Assert.Matches("^[0-9a-f]{32}$", (await GetAsync(app, "mine")).Header);
    }

    [Fact]
    public async Task HeaderName_OfTheOptions_IsReadAndSent()
    {
        await using var app = await StartAsync(new() { HeaderName = "X-Correlation-Id" });
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Address) { Headers = { { "X-Correlation-Id", "c-1" } } };

        using var response = await app.Client.SendAsync(request);

        Assert.Equal("c-1", Assert.Single(response.Headers.GetValues("X-Correlation-Id")));
        Assert.False(response.Headers.Contains("X-Request-ID"));
    }

    [Fact]
    public async Task Handler_ThatSetsTheHeader_DoesNotDoubleIt()
    {
        await using var app = await StartAsync(new(), handler: context =>
        {
            context.Response.Headers["X-Request-ID"] = "upstream";
            return context.Response.WriteAsync("");
        });

        Assert.Equal("mine", (await GetAsync(app, "mine")).Header);
    }

    [Fact]
    public async Task Middleware_StandingTwice_GivesOneIdAndOneHeader()
    {
        await using var app = await StartAsync(new(), new() { TrustIncoming = false, HeaderName = "x-request-id" });

        var (header, body) = await GetAsync(app, "outer");

        Assert.Equal("outer", header);
        Assert.Equal("outer outer outer", body);
    }

    [Fact]
    public async Task Middleware_StandingTwiceWithTwoHeaderNames_SendsTheSameIdUnderBoth()
    {
        await using var app = await StartAsync(new(), new() { HeaderName = "X-Correlation-Id" });
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Address) { Headers = { { "X-Request-ID", "outer" }, { "X-Correlation-Id", "inner" } } };

        using var response = await app.Client.SendAsync(request);

        Assert.Equal("outer", Assert.Single(response.Headers.GetValues("X-Request-ID")));
        Assert.Equal("outer", Assert.Single(response.Headers.GetValues("X-Correlation-Id")));
    }

    [Theory]
    [InlineData("job-17", true)]
    [InlineData("job\r\n17", false)]
    public async Task Feature_OfTheApplication_IsHeldToTheSamePattern(string id, bool taken)
    {
        await using var app = await TestApp.StartAsync(
            static _ => { },
            app =>
            {
                app.Use((context, next) =>
                {
                    context.Features.Set<IRequestIdFeature>(new OwnFeature(id));
                    return next(context);
                });
                Use(app, new());
                app.Run(static context => context.Response.WriteAsync(context.GetRequestId()));
            });

        var (header, body) = await GetAsync(app, "caller");

        Assert.Equal(taken, string.Equals(header, id, StringComparison.Ordinal));
        Assert.Equal(header, body);
    }

    [Fact]
    public async Task ErrorAnswer_OfTheExceptionHandler_HasTheId()
    {
        await using var app = await TestApp.StartAsync(
            static _ => { },
            static app =>
            {
                Use(app, new());
                app.UseExceptionHandler(error => error.Run(static context => context.Response.WriteAsync(context.GetRequestId())));
                app.Run(static _ => throw new InvalidOperationException("broken"));
            });
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Address) { Headers = { { "X-Request-ID", "e-1" } } };

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("e-1", Assert.Single(response.Headers.GetValues("X-Request-ID")));
        Assert.Equal("e-1", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public void RequestId_WithoutTheMiddleware_IsTheServers()
        => Assert.Equal("server", new DefaultHttpContext { TraceIdentifier = "server" }.GetRequestId());

    internal static void Use(WebApplication app, RequestIdOptions options, ILogger<RequestIdMiddleware>? logger = null)
    {
        var middleware = new RequestIdMiddleware(options, new RequestIdSource(RandomNumberGenerator.Create()), logger ?? NullLogger<RequestIdMiddleware>.Instance);
        app.Use((HttpContext context, RequestDelegate next) => middleware.InvokeAsync(context, next));
    }

    private static Task<TestApp> StartAsync(RequestIdOptions? outer = null, RequestIdOptions? inner = null, RequestDelegate? handler = null)
        => TestApp.StartAsync(
            static _ => { },
            app =>
            {
                Use(app, outer ?? new());

                if (inner is not null)
                {
                    Use(app, inner);
                }

                app.Run(handler ?? (static context =>
                    context.Response.WriteAsync($"{context.GetRequestId()} {context.TraceIdentifier} {context.Features.Get<IRequestIdFeature>()!.RequestId}")));
            });

    private static async Task<(string Header, string Body)> GetAsync(TestApp app, string? id = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Address);

        if (id is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Request-ID", id);
        }

        using var response = await app.Client.SendAsync(request);
        return (Assert.Single(response.Headers.GetValues("X-Request-ID")), await response.Content.ReadAsStringAsync());
    }

    private sealed record OwnFeature(string RequestId) : IRequestIdFeature;
}
