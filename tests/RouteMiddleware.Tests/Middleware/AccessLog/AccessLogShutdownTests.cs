using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

public sealed class AccessLogShutdownTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.File("access.log");

    [Fact]
    public async Task Stop_WritesWhatWaits()
    {
        await using var app = await AccessLogApp.StartAsync(static context => context.Response.WriteAsync("x"), $"Path={Log}", _clock);
        await GetAsync(app, "/a", "/b");
        Assert.Empty(AccessLogApp.ReadLines(Log));

        await app.App.StopAsync();

        Assert.Equal(["/a", "/b"], AccessLogApp.ReadLines(Log).Select(static line => AccessLogApp.Parse(line).Text("path")));
    }

    [Fact]
    public async Task Dispose_WithoutStop_WritesWhatWaits()
    {
        var finished = new TaskCompletionSource();
        var app = await AccessLogApp.StartAsync(
            context =>
            {
                context.Response.OnCompleted(() =>
                {
                    finished.TrySetResult();
                    return Task.CompletedTask;
                });
                return context.Response.WriteAsync("x");
            },
            $"Path={Log}",
            _clock,
            list: ["access_log"]);
        await GetAsync(app, "/a");

        // The log's own callback runs last: it was registered first.
        await finished.Task;
        await app.DisposeAsync();

        Assert.Single(AccessLogApp.ReadLines(Log));
    }

    [Fact]
    public async Task Stop_WithRequestsOnTheirWay_WaitsForTheirLines()
    {
        var started = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        await using var app = await AccessLogApp.StartAsync(
            async context =>
            {
                started.SetResult();
                await finish.Task;
                await context.Response.WriteAsync("x");
            },
            $"Path={Log}");
        var answer = GetAsync(app, "/slow");
        await started.Task;
        var stopped = app.App.StopAsync();
        finish.SetResult();
        await answer;
        await stopped;

        Assert.Single(AccessLogApp.ReadLines(Log));
    }

    [Fact]
    public async Task Stop_UnderLoad_LosesNoAnsweredRequest()
    {
        await using var app = await AccessLogApp.StartAsync(
            static context =>
            {
                context.Response.ContentLength = 2;
                return context.Response.WriteAsync("ok");
            },
            $"Path={Log}",
            isQuiet: true);
        var enough = new TaskCompletionSource();
        var answered = 0;

        var clients = Enumerable.Range(0, 8).Select(async _ =>
        {
            using var socket = new TcpClient { NoDelay = true };
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);

            try
            {
                while (await AskAsync(socket.GetStream()))
                {
                    if (Interlocked.Increment(ref answered) == 1000)
                    {
                        enough.SetResult();
                    }
                }
            }
            catch (IOException)
            {
                // The server went away before it took the request: that is what is tested.
            }
        }).ToArray();

        await enough.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await app.App.StopAsync();
        await Task.WhenAll(clients);

        Assert.InRange(AccessLogApp.ReadLines(Log).Select(AccessLogApp.Parse).Count(), answered, answered + 8);
    }

    [Fact]
    public async Task Entries_OfOneFile_ShareItAndARequestIsOneLine()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/both", static () => "x").WithAccessLog();
                app.MapGet("/other", static () => "x").WithAccessLog(o => o.Path = _folder.File("other.log"));
                app.MapGet("/twice", static () => "x").WithAccessLog(o => o.Path = _folder.File("other.log")).WithAccessLog(o => o.Path = _folder.File("other.log"));
            },
            [new("RouteMiddleware:Middleware:0", "access_log"), new("RouteMiddleware:AccessLog:Path", Log)]);
        await GetAsync(app, "/both", "/other", "/twice");
        await app.App.StopAsync();

        Assert.Equal(3, AccessLogApp.ReadLines(Log).Length);
        Assert.Equal(["/other", "/twice"], AccessLogApp.ReadLines(_folder.File("other.log")).Select(static line => AccessLogApp.Parse(line).Text("path")));
    }

    [Fact]
    public async Task Reload_OfTheOptions_KeepsTheWriter()
    {
        await using var app = await AccessLogApp.StartAsync(static context => context.Response.WriteAsync("x"), $"Path={Log}", _clock);
        await GetAsync(app, "/?ticket=1");

        app.App.Configuration["RouteMiddleware:AccessLog:SensitiveQueryKeys:0"] = "ticket";
        ((IConfigurationRoot)app.App.Configuration).Reload();
        await GetAsync(app, "/?ticket=2");

        // The old generation is disposed, the file stays open.
        _clock.Advance(TimeSpan.FromMinutes(1));
        await GetAsync(app, "/?ticket=3");
        await app.App.StopAsync();

        Assert.Equal(["ticket=1", "ticket=***", "ticket=***"], AccessLogApp.ReadLines(Log).Select(static line => AccessLogApp.Parse(line).Text("query_string")));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Path_ThatIsRelative_IsBelowTheContentRoot()
    {
        await using var app = await AccessLogApp.StartAsync(static context => context.Response.WriteAsync("x"), "Path=access-log-test/a.log");
        var folder = Path.Combine(app.App.Environment.ContentRootPath, "access-log-test");

        Assert.True(File.Exists(Path.Combine(folder, "a.log")));
        await app.App.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose() => _folder.Dispose();

    // Whether a whole answer came.
    private static async Task<bool> AskAsync(NetworkStream stream)
    {
        await stream.WriteAsync("GET /load HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var buffer = new byte[4096];
        var length = 0;

        while (await stream.ReadAsync(buffer.AsMemory(length)) is var count and > 0)
        {
            length += count;

            if (buffer.AsSpan(0, length).EndsWith("ok"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task GetAsync(TestApp app, params string[] paths)
    {
        foreach (var path in paths)
        {
            using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(response.IsSuccessStatusCode);
        }
    }
}
