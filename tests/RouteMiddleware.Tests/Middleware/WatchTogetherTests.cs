using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.ErrorMonitoring;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Middleware.AccessLog;
using RouteMiddleware.Tests.Middleware.ErrorMonitoring;
using RouteMiddleware.Tests.Middleware.Metrics;

namespace RouteMiddleware.Tests.Middleware;

/// <summary><c>common</c> and those that watch, in front of it and behind it: of one request all tell the same, once.</summary>
public sealed class WatchTogetherTests
{
    private const string InFront = "metrics, access_log, logging, performance, error_monitoring, common";
    private const string Behind = "common, error_monitoring, performance, logging, access_log, metrics";

    // Exceptions of tasks that nobody waits for are the whole process's: those of another test may come in between.
    private const string Unobserved = "(unobserved task)";

    private readonly AlertSink _alerts = new();
    private readonly TaskCompletionSource _arrived = new();
    private readonly TaskCompletionSource _ended = new();

    [Theory]
    [InlineData(InFront, "/fail", 500)]
    [InlineData(Behind, "/fail", 500)]
    [InlineData(InFront + ", gzip", "/begun", 500)]
    [InlineData(Behind + ", gzip", "/begun", 500)]
    [InlineData(InFront, "/begun", 500)]
    [InlineData(Behind, "/begun", 500)]
    [InlineData(InFront, "/wait", 499)]
    [InlineData(Behind, "/wait", 499)]
    [InlineData(InFront, "/wrapped", 499)]
    [InlineData(Behind, "/wrapped", 499)]
    [InlineData(InFront, "/stream", 499)]
    [InlineData(Behind, "/stream", 499)]
    public async Task Request_ThatFailsOrIsGivenUp_IsToldOnceAndAlikeByAll(string list, string path, int status)
    {
        await using var app = await StartAsync(list);

        await SendAsync(app, path, isGivenUp: status == 499);
        var samples = await PrometheusParser.ParseAsync(await app.ScrapeAsync());
        var counted = MetricsApp.Counted(samples);
        var lines = await app.LinesAsync();

        Assert.Equal([$"GET {path} {status} 1"], counted);
        Assert.Equal(status == 500 ? ["500 1"] : [], samples.Where(static sample => sample.Name == "routemiddleware_errors_total" && sample["route"] != Unobserved).Select(static sample => $"{sample["status"]} {sample.Value}"));
        Assert.Equal([$"{status} {path}"], lines.Where(static line => line.Text("path") != "/metrics").Select(static line => $"{line.Text("status_code")} {line.Text("path")}"));
        Assert.Equal(status == 500 ? 1 : 0, app.Logs.Records.Count(static record => record.Exception is not null && record.Level >= LogLevel.Error));

        var told = app.Logs.Records.Where(static record => record.Category == "RouteMiddleware.Requests").Select(static record => record.Message)
            .First(static message => message.StartsWith('←') || message.StartsWith('✗'));
        Assert.Contains($"{status} (", told, StringComparison.Ordinal);

        if (status == 500)
        {
            var alert = await _alerts.NextAsync();
            Assert.Equal($"500 {path} System.InvalidOperationException", $"{alert.Status} {alert.Route} {alert.ExceptionType}");
        }

        Assert.Equal(0, _alerts.Waiting);
    }

    [Fact]
    public async Task Failure_ThatCommonAnswers_IsCountedUnderItsName()
    {
        await using var app = await StartAsync(InFront);

        await SendAsync(app, "/fail", isGivenUp: false);

        Assert.Contains("routemiddleware_refusals_total{middleware=\"common\",reason=\"internal_error\"} 1\n", await app.ScrapeAsync(), StringComparison.Ordinal);
    }

    private Task<TestApp> StartAsync(string list) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IAlertSink>(_alerts);
            builder.Services.AddRouteMiddleware();
        },
        app =>
        {
            app.UseRouteMiddleware();
            app.MapMetrics();
            app.MapGet("/fail", static string () => throw new InvalidOperationException("failed"));
            app.MapGet("/begun", async (HttpContext context) =>
            {
                TellEnd(context);
                await BeginAsync(context);
                throw new InvalidOperationException("failed late");
            });
            app.MapGet("/wait", async (HttpContext context) => await GoneAsync(context));
            app.MapGet("/stream", async (HttpContext context) =>
            {
                await BeginAsync(context);
                await GoneAsync(context);
            });
            app.MapGet("/wrapped", async (HttpContext context) =>
            {
                try
                {
                    await GoneAsync(context);
                }
                catch (OperationCanceledException exception)
                {
                    throw new InvalidOperationException("what came of it", exception);
                }
            });
        },
        [
            new("RouteMiddleware:ErrorMonitoring:AlertThreshold", "1"),
            new("RouteMiddleware:ErrorMonitoring:Cooldown", "0s"),
            .. list.Split(", ").Select(static (entry, i) => KeyValuePair.Create($"RouteMiddleware:Middleware:{i}", (string?)entry)),
        ]);

    private void TellEnd(HttpContext context) => context.Response.OnCompleted(() =>
    {
        _ended.TrySetResult();
        return Task.CompletedTask;
    });

    private static async Task BeginAsync(HttpContext context)
    {
        await context.Response.WriteAsync("begun");
        await context.Response.Body.FlushAsync();
    }

    private async Task GoneAsync(HttpContext context)
    {
        TellEnd(context);
        _arrived.SetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
    }

    private async Task SendAsync(TestApp app, string path, bool isGivenUp)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"));

        if (isGivenUp)
        {
            await _arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
            socket.Client.Close(0);
            await _ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
            return;
        }

        try
        {
            await stream.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(10));

            if (path == "/begun")
            {
                await _ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }
        catch (IOException)
        {
            // The server aborted, as it should; those in front are told a moment later.
            await _ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }
}
