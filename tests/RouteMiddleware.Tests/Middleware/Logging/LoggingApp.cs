using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Logging;

/// <summary>An application with <c>logging</c> in its global list and one handler for every path.</summary>
internal static class LoggingApp
{
    public const string Logger = "RouteMiddleware.Requests";

    public static Task<TestApp> StartAsync(RequestDelegate handler, string settings = "", TimeProvider? clock = null, Action<WebApplication>? inFront = null, string entry = "logging")
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clock ?? TimeProvider.System);
                builder.Services.AddRouteMiddleware();
                builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
            },
            app =>
            {
                inFront?.Invoke(app);
                app.UseRouteMiddleware();
                app.Map("/{**path}", handler);
            },
            settings.Split(", ", StringSplitOptions.RemoveEmptyEntries)
                .Select(static setting => setting.Split('=', 2))
                .Select(static pair => KeyValuePair.Create($"RouteMiddleware:Logging:{pair[0]}", (string?)pair[1]))
                .Append(KeyValuePair.Create("RouteMiddleware:Middleware:0", (string?)entry)));

    /// <summary>Stops the application, which waits for its requests, and returns what was logged.</summary>
    public static async Task<LogRecord[]> StopAsync(this TestApp app, string logger = Logger)
    {
        await app.App.StopAsync();
        return [.. app.Logs.Records.Where(record => record.Category == logger)];
    }

    /// <summary>The same as texts.</summary>
    public static async Task<string[]> LinesAsync(this TestApp app) => [.. (await app.StopAsync()).Select(static record => record.Message)];
}
