using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

public sealed class AccessLogAnswerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Request_ThatIsAnswered_IsOneLineOfTheLogger()
    {
        await using var app = await AccessLogApp.StartAsync(
            context =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(234));
                return context.Response.WriteAsync("hello");
            },
            clock: _clock,
            list: ["request_id", "access_log"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/a%20b?x=1&token=SECRET"))
        {
            Headers = { { "User-Agent", "agent/1" }, { "Referer", "https://example.com/?code=SECRET&b=1" }, { "X-Request-ID", "id-7" } },
        };
        using var response = await app.Client.SendAsync(request);

        var line = Assert.Single(await app.LinesAsync());

        Assert.Equal(
            "{\"timestamp\":\"2030-01-01T12:00:00.0000000Z\",\"method\":\"GET\",\"path\":\"/a b\",\"query_string\":\"x=1\\u0026token=***\",\"status_code\":200,\"content_length\":5,"
            + "\"duration\":0.234000,\"client_ip\":\"127.0.0.1\",\"user_agent\":\"agent/1\",\"referer\":\"https://example.com/?code=***\\u0026b=1\",\"request_id\":\"id-7\",\"route\":\"/{**path}\"}",
            line.GetRawText());
    }

    [Fact]
    public async Task LoggerName_IsTheCategory()
    {
        await using var app = await AccessLogApp.StartAsync(static context => context.Response.WriteAsync("x"), "LoggerName=Web");
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Single(await app.LinesAsync("Web"));
    }

    [Fact]
    public async Task L2_J16_Tokens_InPathAndSettingsOfKeysAreMasked()
    {
        await using var app = await AccessLogApp.StartAsync(static context => context.Response.WriteAsync("x"), "SensitiveQueryKeys:0=ticket");
        using var response = await app.Client.GetAsync(new Uri("/reset/eyJhbGciOiJIUzI1NiJ9.SECRET.SECRET?ticket=SECRET&code=7&mail=ann%40example.com", UriKind.Relative));

        var line = Assert.Single(await app.LinesAsync());

        Assert.Equal("/reset/***", line.Text("path"));
        Assert.Equal("ticket=***&code=7&mail=***%40example.com", line.Text("query_string"));
    }

    [Theory]
    [InlineData("GET", "text", 200, "5")]
    [InlineData("GET", "chunks", 200, "30000")]
    [InlineData("GET", "stream", 200, "6")]
    [InlineData("GET", "file", 200, "7")]
    [InlineData("GET", "filepart", 200, "3")]
    [InlineData("GET", "json", 200, "10")]
    [InlineData("HEAD", "text", 200, "0")]
    [InlineData("GET", "204", 204, "0")]
    [InlineData("GET", "304", 304, "0")]
    [InlineData("GET", "404", 404, "0")]
    public async Task ContentLength_IsWhatWasSent(string method, string kind, int status, string length)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "content");
        await using var app = await AccessLogApp.StartAsync(context => AnswerAsync(context, file));
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(app.Address, "/" + kind));
        using var response = await app.Client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();

        var line = Assert.Single(await app.LinesAsync());

        Assert.Equal((status.ToString(System.Globalization.CultureInfo.InvariantCulture), length), (line.Text("status_code"), line.Text("content_length")));
        Assert.Equal(length, body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        File.Delete(file);
    }

    [Fact]
    public async Task Exception_ThatNobodyCaught_Is500()
    {
        await using var app = await AccessLogApp.StartAsync(static _ => throw new InvalidOperationException("x"));
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("500", Assert.Single(await app.LinesAsync()).Text("status_code"));
    }

    [Fact]
    public async Task Exception_BehindTheFirstBytes_Is500ThoughTheAnswerSaid200()
    {
        await using var app = await AccessLogApp.StartAsync(static async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("x");
        });
        var answer = await app.SendRawAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var line = Assert.Single(await app.LinesAsync());
        Assert.Equal(("500", "5"), (line.Text("status_code"), line.Text("content_length")));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    public async Task Exception_ForABadRequest_HasItsStatus(int status)
    {
        await using var app = await AccessLogApp.StartAsync(async _ =>
        {
            await Task.Yield();
            throw new BadHttpRequestException("x", status);
        });
        await app.SendRawAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal($"{status}", Assert.Single(await app.LinesAsync()).Text("status_code"));
    }

    [Fact]
    public async Task L6_Exception_HandledInFront_IsOneLineWithTheFinalStatusAndTheFirstPath()
    {
        await using var app = await AccessLogApp.StartAsync(
            static context =>
            {
                if (context.Request.Path == "/error")
                {
                    context.Response.StatusCode = 503;
                    return context.Response.WriteAsync("sorry!");
                }

                throw new InvalidOperationException("x");
            },
            inFront: static app =>
            {
                app.UseExceptionHandler("/error");
                app.UseRouting();
            });
        using var response = await app.Client.GetAsync(new Uri("/a", UriKind.Relative));

        Assert.Equal("sorry!", await response.Content.ReadAsStringAsync());
        var line = Assert.Single(await app.LinesAsync());
        Assert.Equal(("/a", "503", "6", "/{**path}"), (line.Text("path"), line.Text("status_code"), line.Text("content_length"), line.Text("route")));
    }

    [Fact]
    public async Task NotFound_WithoutARoute_HasALineWithNone()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.UseRouteMiddleware(),
            [new("RouteMiddleware:Middleware:0", "access_log")]);
        using var response = await app.Client.GetAsync(new Uri("/nowhere", UriKind.Relative));

        var line = Assert.Single(await app.LinesAsync());
        Assert.Equal(("404", System.Text.Json.JsonValueKind.Null), (line.Text("status_code"), line.GetProperty("route").ValueKind));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task L8_CallerWhoHangsUp_Is499(bool isAmidTheAnswer)
    {
        var started = new TaskCompletionSource();
        await using var app = await AccessLogApp.StartAsync(async context =>
        {
            if (isAmidTheAnswer)
            {
                await context.Response.WriteAsync("first");
            }

            var aborted = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(aborted.SetResult);
            started.SetResult();
            await aborted.Task;
            context.RequestAborted.ThrowIfCancellationRequested();
        });

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await started.Task.WaitAsync(TimeSpan.FromSeconds(20));
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        Assert.Equal("499", Assert.Single(await app.LinesAsync()).Text("status_code"));
    }

    [Fact]
    public async Task L8_TimedOutRequest_HasTheStatusOfTheTimeout()
    {
        await using var app = await AccessLogApp.StartAsync(
            static context => Task.Delay(Timeout.Infinite, context.RequestAborted),
            list: ["request_timeout:1s", "access_log"]);
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("504", Assert.Single(await app.LinesAsync()).Text("status_code"));
    }

    [Fact]
    public async Task L8_WebSocket_IsOneLineAtItsEnd()
    {
        await using var app = await AccessLogApp.StartAsync(
            static async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.ReceiveAsync(new byte[8].AsMemory(), context.RequestAborted);
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            },
            inFront: static app => app.UseWebSockets());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(app.Address) { Scheme = "ws" }.Uri, limit.Token);
        Assert.DoesNotContain(app.Logs.Records, static record => record.Category == "access");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);

        var line = Assert.Single(await app.LinesAsync());
        Assert.Equal(("101", ""), (line.Text("status_code"), line.Text("content_length")));
    }

    [Fact]
    public async Task L8_Continue_IsOneLine()
    {
        await using var app = await AccessLogApp.StartAsync(static async context => await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync()));
        await app.SendRawAsync("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");

        Assert.Equal("200", Assert.Single(await app.LinesAsync()).Text("status_code"));
    }

    private static async Task AnswerAsync(HttpContext context, string file)
    {
        var response = context.Response;

        switch (context.Request.Path.Value)
        {
            case "/text":
                await response.WriteAsync("hello");
                break;
            case "/chunks":
                for (var i = 0; i < 3; i++)
                {
                    await response.BodyWriter.WriteAsync(new byte[10_000]);
                }

                break;
            case "/stream":
                await response.Body.WriteAsync("abc"u8.ToArray());
                await response.Body.WriteAsync("def"u8.ToArray());
                break;
            case "/file":
                await response.SendFileAsync(file);
                break;
            case "/filepart":
                await response.SendFileAsync(file, 2, 3);
                break;
            case "/json":
                await response.WriteAsJsonAsync(new { A = "æ" });
                break;
            default:
                response.StatusCode = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
                break;
        }
    }
}
