using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitRefusalTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task R9_Refusal_IsAProblemThatTellsWhenToComeAgain()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/orders/{id}", (string id) => id).WithMiddleware("rate_limit:1/1m"));
        await app.StatusAsync("/orders/1");
        _clock.Advance(TimeSpan.FromSeconds(17.6));

        using var response = await app.SendAsync("/orders/2");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromSeconds(43), response.Headers.RetryAfter?.Delta);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(429, problem.GetProperty("status").GetInt32());
        Assert.Equal("rate_limit_exceeded", problem.GetProperty("code").GetString());
        Assert.Equal(43, problem.GetProperty("retry_after").GetInt32());
        Assert.Equal("/orders/2", problem.GetProperty("instance").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
    }

    [Theory]
    [InlineData("Sliding", 42, HttpStatusCode.TooManyRequests)]
    [InlineData("Sliding", 43, HttpStatusCode.OK)]
    [InlineData("Fixed", 42, HttpStatusCode.TooManyRequests)]
    [InlineData("fixed", 43, HttpStatusCode.OK)]
    [InlineData("token_bucket", 42, HttpStatusCode.TooManyRequests)]
    [InlineData("token-bucket", 43, HttpStatusCode.OK)]
    public async Task R9_RetryAfter_WaitedFor_Admits(string algorithm, int waited, HttpStatusCode expected)
    {
        await using var app = await Limits.StartAsync(
            _clock,
            app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:1/1m"),
            new Dictionary<string, string?> { ["RouteMiddleware:RateLimit:Algorithm"] = algorithm });
        await app.StatusAsync("/");
        _clock.Advance(TimeSpan.FromSeconds(17.6));

        using var refused = await app.SendAsync("/");
        Assert.Equal(TimeSpan.FromSeconds(43), refused.Headers.RetryAfter?.Delta);

        _clock.Advance(TimeSpan.FromSeconds(waited));
        Assert.Equal(expected, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R9_Limit_WhileTheWallClockIsSet_GoesByItsOwnTime()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:1/1m"));
        await app.StatusAsync("/");

        _clock.SetWallClock(_clock.GetUtcNow().AddDays(1));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));

        _clock.SetWallClock(_clock.GetUtcNow().AddDays(-2));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R20_Refusal_IsNotStoredAndNoErrorOfTheApplication()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:1/1m"));
        await app.StatusAsync("/");

        using var response = await app.SendAsync("/");

        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain(app.Logs.Records, static record => record.Level >= LogLevel.Warning);
        var logged = Assert.Single(app.Logs.Records, static record => record.EventId.Name == "Refused");
        Assert.Equal(LogLevel.Debug, logged.Level);
        Assert.Equal("A request to '/' was refused (limit); permits are free in 60 s.", logged.Message);
    }

    // Nothing of the body is sent: whoever waited for it would not answer, or not end.
    [Theory]
    [InlineData("Content-Length: 65536", "", false)]
    [InlineData("Content-Length: 65537", "", true)]
    [InlineData("Content-Length: 65537\r\nExpect: 100-continue", "", true)]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhello\r\n", true)]
    public async Task R14_RefusedPost_WhoseBodyIsLarge_IsNotReadAndClosesTheConnection(string header, string begin, bool isClosed)
    {
        await using var app = await StartReaderAsync();

        // Kestrel's own patience with a body that does not come is five seconds.
        var answer = await app.SendRawAsync($"POST / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n{begin}", until: isClosed ? null : "\r\n\r\n")
            .WaitAsync(TimeSpan.FromSeconds(4));

        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        Assert.Equal(isClosed, answer.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task R14_RefusedPost_WhileTheCallerSendsMegabytes_IsAnsweredAndNotRead()
    {
        await using var app = await StartReaderAsync();
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {1L << 30}\r\n\r\n"));

        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            var block = new byte[64 * 1024];

            while (sent < 1L << 30)
            {
                await stream.WriteAsync(block);
                sent += block.Length;
            }
        });

        var buffer = new byte[4096];
        var count = await stream.ReadAsync(buffer);
        Assert.StartsWith("HTTP/1.1 429 ", Encoding.Latin1.GetString(buffer, 0, count), StringComparison.Ordinal);

        // The server hangs up on the caller who goes on.
        await Assert.ThrowsAsync<IOException>(() => sending);
        Assert.InRange(sent, 0, 64L << 20);
    }

    [Fact]
    public async Task R14_RefusedPost_WithoutABody_KeepsTheConnection()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapPost("/", () => "ok").WithMiddleware("rate_limit:1/1m"));
        await app.StatusAsync("/", method: "POST");

        using var response = await app.SendAsync("/", method: "POST");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.NotEqual(true, response.Headers.ConnectionClose);
    }

    [Fact]
    public async Task R14_Limit_RunsBeforeTheBodyIsBound()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapPost("/", (Dictionary<string, int> body) => body.Count).WithMiddleware("rate_limit:1/1m"));

        using var malformed = await app.Client.PostAsync(new Uri("/", UriKind.Relative), new StringContent("{", mediaType: new("application/json")));
        using var refused = await app.Client.PostAsync(new Uri("/", UriKind.Relative), new StringContent("{", mediaType: new("application/json")));

        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    [Fact]
    public async Task Endpoint_WithALimit_DeclaresTheRefusal()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:1/1m", "rate_limit:9/1h"));
        var endpoint = Assert.Single(app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints);

        var declared = Assert.Single(endpoint.Metadata.OfType<IProducesResponseTypeMetadata>(), static metadata => metadata.StatusCode == 429);

        Assert.Equal((typeof(ProblemDetails), "application/problem+json"), (declared.Type, Assert.Single(declared.ContentTypes)));
    }

    private async Task<TestApp> StartReaderAsync()
    {
        var app = await Limits.StartAsync(_clock, app => app.MapPost("/", (HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null)).WithMiddleware("rate_limit:1/1m"));
        await app.StatusAsync("/", method: "POST");
        return app;
    }
}
