using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>Row E4: what has gone out can't be taken back, so the caller must see that the rest is missing.</summary>
public sealed class StartedAnswerTests
{
    private const string Secret = "the detail that callers must not see";

    [Fact]
    public async Task E4_ExceptionAfterTheAnswerStarted_AbortsTheConnectionAndIsLoggedOnce()
    {
        // An abort takes back what the caller has not read yet.
        var arrived = new TaskCompletionSource();
        var told = new TaskCompletionSource<Exception?>();
        await using var app = await ErrorApp.StartAsync(
            app => app.MapGet("/", async (HttpContext context) =>
            {
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await arrived.Task;
                throw new InvalidOperationException(Secret);
            }),
            front: app => app.Use(async (context, next) =>
            {
                await next(context);
                told.SetResult(context.Features.Get<IExceptionHandlerFeature>()?.Error);
            }));

        var answer = await ReadUntilAbortedAsync(app, "/", arrived);

        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("internal_error", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("Unhandled", Assert.Single(app.Errors()).EventId.Name);
        Assert.Equal(Secret, (await told.Task.WaitAsync(TimeSpan.FromSeconds(10)))?.Message);
    }

    [Fact]
    public async Task E4_ExceptionWithBytesInTheServersBuffer_AbortsAndMixesNothing()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static () => Enumerable.Range(0, 1000).Select(static i => i < 900 ? $"number {i}" : throw new InvalidOperationException(Secret))));

        var answer = await ReadUntilAbortedAsync(app, "/");

        Assert.DoesNotContain("number", answer, StringComparison.Ordinal);
        Assert.Equal("Unhandled", Assert.Single(app.Errors()).EventId.Name);
    }

    // An aborted connection may break the reading itself; what came until then counts.
    private static async Task<string> ReadUntilAbortedAsync(TestApp app, string path, TaskCompletionSource? arrived = null)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(ErrorApp.Request("GET", path)));
        var answer = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));

        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) is var count and > 0)
            {
                answer.Append(System.Text.Encoding.Latin1.GetString(buffer, 0, count));

                if (answer.ToString().Contains("begun", StringComparison.Ordinal))
                {
                    arrived?.TrySetResult();
                }
            }
        }
        catch (IOException)
        {
            return answer.ToString();
        }

        return answer.ToString();
    }
}
