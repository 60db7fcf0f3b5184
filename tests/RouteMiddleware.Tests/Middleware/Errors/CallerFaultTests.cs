using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>What the caller did wrongly is told to the caller, and is no error of ours.</summary>
public sealed class CallerFaultTests
{
    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task BadRequest_OfBinding_IsA400InEveryEnvironment(string environment)
    {
        await using var app = await ErrorApp.StartAsync(
            static app =>
            {
                app.MapGet("/query", static (int q) => q);
                app.MapPost("/json", static (Dictionary<string, int> value) => value.Count);
            },
            static builder => builder.MapError<Exception>(503).MapError<IOException>(507),
            environment: environment);

        Assert.StartsWith("HTTP/1.1 400 ", await app.SendRawAsync(ErrorApp.Request("GET", "/query?q=x")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await app.SendRawAsync(ErrorApp.Request("POST", "/json", "Content-Type: application/json\r\nContent-Length: 5\r\n", "{not!")), StringComparison.Ordinal);
        Assert.Empty(app.Errors());
    }

    [Theory]
    [InlineData(400, "bad_request")]
    [InlineData(408, "request_timeout")]
    [InlineData(413, "body_too_large")]
    [InlineData(415, "unsupported_media_type")]
    [InlineData(431, "request_header_fields_too_large")]
    [InlineData(499, "client_closed_request")]
    [InlineData(200, "bad_request")]
    public async Task BadRequest_WithAStatus_KeepsIt(int status, string code)
    {
        await using var app = await ErrorApp.StartAsync(app => app.MapGet("/", string () => throw new BadHttpRequestException("internal words", status)));

        using var response = await app.GetAsync("/");
        var body = await response.Content.ReadAsStringAsync();

        Assert.Equal(status == 200 ? 400 : status, (int)response.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("internal words", body, StringComparison.Ordinal);
        Assert.Empty(app.Errors());
        Assert.Equal(LogLevel.Debug, app.Logs.Records.Single(static record => record.EventId.Name == "BadRequest").Level);
    }

    [Fact]
    public async Task BadRequest_InDebug_IsAProblemThatTellsWhy()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/query", static (int q) => q), environment: "Development");

        using var response = await app.GetAsync("/query?q=x", ErrorApp.Browser);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("int q", problem.GetProperty("exception").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/stream")]
    [InlineData("/pipe")]
    [InlineData("/form")]
    public async Task Chunk_ThatIsBroken_IsA400(string path)
    {
        await using var app = await ErrorApp.StartAsync(MapReaders);

        var answer = await app.SendRawAsync(
            ErrorApp.Request("POST", path, "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\nzz\r\n"));

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("bad_request", answer, StringComparison.Ordinal);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
        Assert.Empty(app.Errors());
    }

    [Fact]
    public async Task Form_ThatIsBroken_IsA400()
    {
        await using var app = await ErrorApp.StartAsync(MapReaders);

        var answer = await app.SendRawAsync(ErrorApp.Request("POST", "/form", "Content-Type: multipart/form-data; boundary=a\r\nContent-Length: 5\r\n", "hello"));

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(app.Errors());
    }

    [Fact]
    public async Task IOException_OfTheBodysStream_IsA400AndOfAFileA500()
    {
        await using var app = await ErrorApp.StartAsync(static app =>
        {
            app.MapGet("/body", static async (HttpContext context) =>
            {
                context.Request.Body = new BrokenStream();
                return await new StreamReader(context.Request.Body).ReadToEndAsync();
            });
            app.MapGet("/file", static () => File.ReadAllText("/nowhere/at/all"));
            app.MapGet("/data", static string () => throw new InvalidDataException("our own data"));
        });

        Assert.Equal((400, "bad_request"), await app.CodeAsync("/body"));
        Assert.Empty(app.Errors());
        Assert.Equal((500, "internal_error"), await app.CodeAsync("/file"));
        Assert.Equal((500, "internal_error"), await app.CodeAsync("/data"));
        Assert.Equal(2, app.Errors().Count);
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("wrapped")]
    [InlineData("io")]
    public async Task E6_CallerWhoWentAway_Is499AndNoError(string kind)
    {
        var status = new TaskCompletionSource<int>();
        var entered = new TaskCompletionSource();
        await using var app = await ErrorApp.StartAsync(
            app => app.MapGet("/", async (HttpContext context) =>
            {
                entered.SetResult();

                try
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                }
                catch (OperationCanceledException cancelled) when (kind is not "cancelled")
                {
                    throw kind is "io" ? new IOException("the pipe is broken") : new InvalidOperationException("a driver's own words", cancelled);
                }
            }),
            front: app => app.Use(async (context, next) =>
            {
                await next(context);
                Assert.NotNull(context.Features.Get<IExceptionHandlerFeature>());
                status.SetResult(context.Response.StatusCode);
            }));

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(ErrorApp.Request("GET", "/")));
            await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
            socket.Client.LingerState = new LingerOption(enable: true, 0);
        }

        Assert.Equal(499, await status.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(LogLevel.Debug, (await app.WaitForLogAsync("ClientGone")).Level);
        Assert.Empty(app.Errors());
    }

    [Fact]
    public async Task E6_CancellationWhileTheCallerWaits_IsAnError()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static string () => throw new OperationCanceledException("a call of our own")));

        Assert.Equal((500, "internal_error"), await app.CodeAsync("/"));
        Assert.Single(app.Errors());
    }

    [Fact]
    public async Task RequestTimeout_InFrontOrBehind_AnswersItself()
    {
        foreach (var isInFront in (bool[])[true, false])
        {
            await using var app = await ErrorApp.StartAsync(
                app =>
                {
                    if (!isInFront)
                    {
                        app.UseRequestTimeouts();
                    }

                    app.MapGet("/", static async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted)).WithRequestTimeout(TimeSpan.FromMilliseconds(20));
                },
                front: app =>
                {
                    if (isInFront)
                    {
                        app.UseRouting();
                        app.UseRequestTimeouts();
                    }
                },
                host: static builder => builder.Services.AddRequestTimeouts());

            Assert.Equal(504, (await app.AnswerAsync("/")).Status);
            Assert.Empty(app.Errors());
        }
    }

    private static void MapReaders(WebApplication app)
    {
        app.MapPost("/stream", static async (HttpContext context) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            return "read";
        });
        app.MapPost("/pipe", static async (HttpContext context) =>
        {
            while (await context.Request.BodyReader.ReadAsync() is { IsCompleted: false } read)
            {
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            }

            return "read";
        });
        app.MapPost("/form", static async (HttpContext context) => (await context.Request.ReadFormAsync()).Count);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("the connection broke");
    }
}
