using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Metrics;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Metrics;

public sealed class MetricsMiddlewareTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exception_WithAHandlerInFrontOrBehind_IsCountedOnceWithItsOwnRoute(bool isInFront)
    {
        await using var app = await MetricsApp.StartAsync(
            app =>
            {
                app.MapGet("/oops", static () => Results.StatusCode(503));

                if (!isInFront)
                {
                    app.UseExceptionHandler("/oops");
                }
            },
            before: app => _ = isInFront ? app.UseExceptionHandler("/oops") : app);

        Assert.Equal(503, await app.GetAsync("/broken"));

        Assert.Equal(["GET /broken 503 1"], await CountedAsync(app));
    }

    [Fact]
    public async Task Exception_ThatNobodyHandles_IsCountedAs500()
    {
        await using var app = await MetricsApp.StartAsync();

        Assert.Equal(500, await app.GetAsync("/broken"));

        Assert.Equal(["GET /broken 500 1"], await CountedAsync(app));
    }

    [Fact]
    public async Task Exception_AfterTheAnswerBegan_IsCountedAs500()
    {
        await using var app = await MetricsApp.StartAsync(static app => app.MapGet("/torn", static async (HttpContext context) =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("broken");
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.Client.GetStringAsync(new Uri("/torn", UriKind.Relative)));

        Assert.Equal(["GET /torn 500 1"], await CountedAsync(app));
    }

    [Fact]
    public async Task Request_ThatTheCallerGivesUp_IsCountedAs499()
    {
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var app = await MetricsApp.StartAsync(app =>
            app.MapGet("/wait", async (HttpContext context) =>
            {
                try
                {
                    entered.SetResult();
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                }
                finally
                {
                    context.Response.OnCompleted(() =>
                    {
                        left.SetResult();
                        return Task.CompletedTask;
                    });
                }
            }));
        using var giveUp = new CancellationTokenSource();

        var request = app.Client.GetAsync(new Uri("/wait", UriKind.Relative), giveUp.Token);
        await entered.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["GET /wait 499 1"], await CountedAsync(app));
    }

    [Fact]
    public async Task ActiveRequests_WhileOneRuns_AreToldAndGoBack()
    {
        var (entered, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await MetricsApp.StartAsync(app => app.MapGet("/wait", async () =>
        {
            entered.SetResult();
            await go.Task;
        }));

        var running = app.GetAsync("/wait");
        await entered.Task;
        Assert.Contains("http_server_active_requests{http_request_method=\"GET\"} 2\n", await app.ScrapeAsync(), StringComparison.Ordinal);
        go.SetResult();
        await running;
        await app.GetAsync("/broken");

        Assert.Contains("http_server_active_requests{http_request_method=\"GET\"} 1\n", await app.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_InTheGlobalListAndOnTheRoute_CountOnce()
    {
        await using var app = await MetricsApp.StartAsync(static app => app.MapGet("/both", static () => "").WithMetrics());

        await app.GetAsync("/both");

        Assert.Equal(["GET /both 200 1"], await CountedAsync(app));
    }

    [Fact]
    public async Task Endpoint_ThatDisablesHttpMetrics_IsNotCounted()
    {
        await using var app = await MetricsApp.StartAsync(static app => app.MapGet("/quiet", static () => "").DisableHttpMetrics());

        await app.GetAsync("/quiet");

        Assert.Empty(await CountedAsync(app));
    }

    [Fact]
    public async Task DistinctPaths_OfAHundredThousand404s_AddNoSeries()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var export = new MetricsExport(new(), meters, NullLogger.Instance);
        var metrics = new MetricsMiddleware(new(), new RequestMetrics(meters), TimeProvider.System);
        var context = new DefaultHttpContext();

        for (var i = 0; i < 100_000; i++)
        {
            context.Features.Set<MeasuredMark>(null);
            context.Request.Method = i % 2 == 0 ? "GET" : $"M{i}";
            context.Request.Path = $"/nowhere/{i}";
            context.Response.StatusCode = 404;
            await metrics.InvokeAsync(context, static _ => Task.CompletedTask);
        }

        Assert.Equal(
            ["GET (none) 404 50000", "_OTHER (none) 404 50000"],
            MetricsApp.Counted(await PrometheusParser.ParseAsync(System.Text.Encoding.UTF8.GetString(export.Write(isOpenMetrics: false).Span))));
    }

    [Fact]
    public void Pass_WhileNobodyListens_AllocatesNothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new MetricsMiddleware(new(), new RequestMetrics(services.GetRequiredService<IMeterFactory>()), TimeProvider.System);
        var context = new DefaultHttpContext();
        var rest = new TaskCompletionSource().Task;
        RequestDelegate next = _ => rest;
        Assert.Same(rest, metrics.InvokeAsync(context, next));

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = metrics.InvokeAsync(context, next);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Request_WhileItIsMeasured_AllocatesNothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var export = new MetricsExport(new(), meters, NullLogger.Instance);
        var metrics = new MetricsMiddleware(new(), new RequestMetrics(meters), TimeProvider.System);
        var context = new DefaultHttpContext { Request = { Method = "GET" } };
        long bytes = 0;

        for (var i = 0; i < 100; i++)
        {
            context.Features.Set<MeasuredMark>(null);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var task = metrics.InvokeAsync(context, static _ => Task.CompletedTask);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            await task;
        }

        Assert.Equal(0, bytes);
    }

    private static async Task<string[]> CountedAsync(TestApp app) => MetricsApp.Counted(await PrometheusParser.ParseAsync(await app.ScrapeAsync()));
}
