using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Tests.Commands;

public sealed class DryStartTests
{
    [Fact]
    public async Task Command_StartsNothingOfTheApplication()
    {
        List<string> started = [];
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, output, error) = await CommandApp.RunAsync(
            builder =>
            {
                builder.WebHost.UseUrls($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
                builder.Services.AddHostedService(_ => new Worker(started));
                builder.Services.AddRouteMiddleware().AddLifespan("pool", (_, _) =>
                {
                    started.Add("lifespan");
                    return Task.FromResult("pool");
                });
            },
            app =>
            {
                app.Lifetime.ApplicationStarted.Register(() => started.Add("application"));
                app.MapGet("/", static () => "ok").WithMiddleware("timing");
            },
            ["check"]);

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("Good: 1 endpoints", output, StringComparison.Ordinal);
        Assert.Empty(started);
    }

    [Fact]
    public async Task Pipeline_IsBuiltThroughTheStartupFilters()
    {
        List<string> built = [];

        await CommandApp.RunAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddSingleton<IStartupFilter>(new Filter(built));
            },
            app => app.Use((RequestDelegate next) =>
            {
                built.Add("pipeline");
                return next;
            }),
            ["check"]);

        Assert.Equal(["filter", "pipeline"], built);
    }

    [Theory]
    [InlineData(100, "check")]
    [InlineData(400, "check")]
    [InlineData(100, "list")]
    [InlineData(400, "list")]
    [InlineData(100, "explain", "/7")]
    [InlineData(400, "explain", "/7")]
    public async Task Command_BuildsEachEndpointOnce(int count, params string[] args)
    {
        var built = 0;
        var made = 0;

        var (code, _, error) = await CommandApp.RunAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                var group = app.MapGroup("/").WithMiddleware(_ =>
                {
                    made++;
                    return new Passing();
                });

                for (var i = 0; i < count; i++)
                {
                    group.MapGet($"/{i}", static context => Task.CompletedTask).Add(_ => built++);
                }
            },
            args);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal((count, 1), (built, made));
    }

    [Fact]
    public async Task Faults_OfTheStart_AreAllPrintedAsTheExceptionHasThem()
    {
        static void Map(WebApplication app)
        {
            app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:0/1m", "auth_z");
            app.MapGet("/x", static () => "ok").WithoutMiddleware("timing");
        }

        foreach (var command in new[] { "check", "list", "lock" })
        {
            var (code, output, error) = await CommandApp.RunAsync(static builder => builder.Services.AddRouteMiddleware(), Map, [command]);

            Assert.Equal((1, ""), (code, output));
            Assert.StartsWith("The middleware of this application can't run as declared: 3 faults.", error, StringComparison.Ordinal);
            Assert.All(["PermitLimit", "auth_z", "takes off what is not there"], part => Assert.Contains(part, error, StringComparison.Ordinal));
        }

        Assert.False(File.Exists("middleware.lock"));
    }

    [Fact]
    public async Task Faults_ThatTheHostCaptures_AreFoundAllTheSame()
    {
        var (code, _, error) = await CommandApp.RunAsync(
            static builder =>
            {
                builder.WebHost.CaptureStartupErrors(true);
                builder.Services.AddRouteMiddleware();
            },
            static app => app.MapGet("/", static () => "ok").WithMiddleware("auth_z"),
            ["check"]);

        Assert.Equal(1, code);
        Assert.Contains("auth_z", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Application_ThatThrowsWhileItIsPutTogether_IsFaulty()
    {
        var (code, _, error) = await CommandApp.RunAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.Use((RequestDelegate _) => throw new InvalidOperationException("This part is broken.")),
            ["check"]);

        Assert.Equal(1, code);
        Assert.Contains("This part is broken.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Application_WithoutRouteMiddleware_IsToldSo()
    {
        var (code, _, error) = await CommandApp.RunAsync(static _ => { }, static _ => { }, ["list"]);

        Assert.Equal(1, code);
        Assert.Contains("Call builder.Services.AddRouteMiddleware()", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Door_WithACommand_RunsItOnTheConsole()
    {
        var before = (Console.Out, Console.Error);
        await using var output = new StringWriter();
        Console.SetOut(output);

        try
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Services.AddRouteMiddleware();
            var app = builder.Build();
            app.MapGet("/door", static () => "ok").WithMiddleware("timing");

            Assert.Equal(0, await app.RunWithMiddlewareCommandsAsync(["--environment", "Production", "middleware", "list"]));
            Assert.Contains("GET     /door  timing", output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Console.SetOut(before.Out);
        }
    }

    [Fact]
    public async Task Door_WithoutACommand_RunsTheApplication()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouteMiddleware();
        var app = builder.Build();
        app.MapGet("/", static () => "ok").WithMiddleware("timing");
        var answered = new TaskCompletionSource<string>();
        app.Lifetime.ApplicationStarted.Register(() => _ = AskAsync());

        Assert.Equal(0, await app.RunWithMiddlewareCommandsAsync([]));
        Assert.Equal("ok", await answered.Task);

        async Task AskAsync()
        {
            using var client = new HttpClient();
            answered.SetResult(await client.GetStringAsync(new Uri(app.Urls.First())));
            app.Lifetime.StopApplication();
        }
    }

    private sealed class Passing : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    private sealed class Worker(List<string> started) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            started.Add("worker");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Filter(List<string> built) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            built.Add("filter");
            next(app);
        };
    }
}
