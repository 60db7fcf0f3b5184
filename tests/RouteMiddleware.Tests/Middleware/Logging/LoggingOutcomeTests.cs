using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Logging;

public sealed class LoggingOutcomeTests
{
    [Fact]
    public async Task L6_Exception_IsOneWarningWithoutMessageAndStack()
    {
        await using var app = await LoggingApp.StartAsync(static _ => throw new InvalidOperationException("SECRET"), "SlowThreshold=1h", new ManualClock());
        using var response = await app.Client.GetAsync(new Uri("/a?b=1", UriKind.Relative));

        var records = await app.StopAsync();

        Assert.Equal(["→ GET /a?b=1", "✗ GET /a InvalidOperationException, 500 (0.000s)"], records.Select(static record => record.Message));
        Assert.Equal(LogLevel.Warning, records[1].Level);
        Assert.Null(records[1].Exception);
    }

    [Fact]
    public async Task LogErrors_TurnedOff_LeavesTheExceptionToOthers()
    {
        await using var app = await LoggingApp.StartAsync(static _ => throw new InvalidOperationException("x"), "LogErrors=false");
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("→ GET /", Assert.Single(await app.LinesAsync()));
    }

    [Fact]
    public async Task Exception_ForABadRequest_HasItsStatus()
    {
        await using var app = await LoggingApp.StartAsync(static _ => throw new BadHttpRequestException("x", 418), clock: new ManualClock());
        using var response = await app.Client.GetAsync(app.Address);

        Assert.Equal("✗ GET / BadHttpRequestException, 418 (0.000s)", (await app.LinesAsync())[1]);
    }

    [Fact]
    public async Task Exception_HandledInFront_IsLoggedOnceThoughThePipelineRunsTwice()
    {
        await using var app = await LoggingApp.StartAsync(
            static context => context.Request.Path == "/error" ? context.Response.WriteAsync("sorry") : throw new InvalidOperationException("x"),
            clock: new ManualClock(),
            inFront: static app =>
            {
                app.UseExceptionHandler("/error");
                app.UseRouting();
            });
        var answer = await app.Client.GetStringAsyncOfAny("/a");

        Assert.Equal("sorry", answer);
        Assert.Equal(["→ GET /a", "✗ GET /a InvalidOperationException, 500 (0.000s)"], await app.LinesAsync());
    }

    [Fact]
    public async Task L8_CallerWhoHangsUp_Is499()
    {
        var started = new TaskCompletionSource();
        await using var app = await LoggingApp.StartAsync(async context =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        await HangUpAsync(app, started.Task);

        Assert.Matches("^← 499 \\(\\d+\\.\\d{3}s\\)$", Assert.Single((await app.LinesAsync())[1..]));
    }

    [Fact]
    public async Task L8_CallerWhoHangsUpAmidTheAnswer_Is499ThoughTheHandlerSaysNothing()
    {
        var started = new TaskCompletionSource();
        await using var app = await LoggingApp.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            var aborted = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(aborted.SetResult);
            started.SetResult();
            await aborted.Task;
        });

        await HangUpAsync(app, started.Task);

        Assert.StartsWith("← 499 (", Assert.Single((await app.LinesAsync())[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task L8_Continue_IsOneRecord()
    {
        await using var app = await LoggingApp.StartAsync(
            static async context => await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync()),
            clock: new ManualClock());
        await app.SendRawAsync("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");

        Assert.Equal(["→ POST /", "← 200 (0.000s)"], await app.LinesAsync());
    }

    private static async Task HangUpAsync(TestApp app, Task started)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await started.WaitAsync(TimeSpan.FromSeconds(20));
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
    }
}

internal static class AnyStatus
{
    public static async Task<string> GetStringAsyncOfAny(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return await response.Content.ReadAsStringAsync();
    }
}
