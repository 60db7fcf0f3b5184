using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Benchmarks.Pipeline;

namespace RouteMiddleware.Benchmarks.Start;

/// <summary>
/// Starts one application with many endpoints and says what it took until its first answer: processor time, time, and what stays in memory. One process for each figure:
/// what one start left behind (compiled code, caches) would help the next.
/// </summary>
internal static class StartMeasure
{
    private const string Secret = "base64:n2r8Zl0bq3uT6yW1cV5xA9kE4mS7gH0dJfLoPiXzRtY=";

    /// <param name="variant"><c>plain</c>; <c>passing</c>, five that have nothing to do; <c>five</c>, among them auth and rate_limit, on a group; <c>own</c>, the same five on each route.</param>
    /// <param name="handlers"><c>typed</c> or <c>delegate</c>.</param>
    /// <param name="count">How many endpoints.</param>
    public static async Task RunAsync(string variant, string handlers, int count)
    {
        // What every application pays once is no part of the figure.
        await StartAsync("plain", handlers, 1);

        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await using var app = await StartAsync(variant, handlers, count);
        clock.Stop();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{handlers,-9}{count,6}  {variant,-10}{cpu.TotalMilliseconds,9:F0} ms CPU{clock.Elapsed.TotalMilliseconds,9:F0} ms{memory / count,8} B per endpoint"));
    }

    private static async Task<WebApplication> StartAsync(string variant, string handlers, int count)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<Store>();

        if (variant is not "plain")
        {
            builder.Configuration.AddInMemoryCollection([new("RouteMiddleware:Auth:Secret", Secret)]);
            builder.Services.AddRouteMiddleware().AddMiddleware<Passing.Middleware>("passing").AddMiddleware<Hook>("hook");
        }

        var app = builder.Build();
        app.MapGet("/", () => "ready");
        var group = app.MapGroup("/api");

        _ = variant switch
        {
            "passing" => group.WithMiddleware("passing", "passing", "passing", "passing").WithMiddleware("passing"),
            "five" => group.WithMiddleware("request_id", "security_headers", "auth", "rate_limit:100/1m").WithMiddleware("hook"),
            _ => group,
        };

        for (var i = 0; i < count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/{i}/{{id:int}}");
            IEndpointConventionBuilder route = handlers is "typed"
                ? group.MapGet(path, (int id, Store store) => Results.Ok(store.Find(id)))
                : group.MapGet(path, context => context.Response.WriteAsync(path));

            if (variant is "own")
            {
                route.WithMiddleware("request_id", "security_headers", "auth", "rate_limit:100/1m").WithMiddleware("hook");
            }
        }

        await app.StartAsync();

        // The first request makes routing build its endpoints.
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri(app.Urls.First()));
        return app;
    }

    private sealed class Store
    {
        public int Find(int id) => id;
    }

    private sealed class Hook : HookMiddleware;
}
