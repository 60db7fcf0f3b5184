using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

/// <summary>An application with <c>access_log</c> in its global list and one handler for every path.</summary>
internal static class AccessLogApp
{
    public static readonly string[] Fields =
    [
        "timestamp", "method", "path", "query_string", "status_code", "content_length", "duration", "client_ip", "user_agent", "referer", "request_id", "route",
    ];

    public static Task<TestApp> StartAsync(
        RequestDelegate handler,
        string settings = "",
        TimeProvider? clock = null,
        Action<WebApplication>? inFront = null,
        bool isQuiet = false,
        string[]? list = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clock ?? TimeProvider.System);
                builder.Services.AddRouteMiddleware();

                if (isQuiet)
                {
                    builder.Logging.SetMinimumLevel(LogLevel.None);
                }
            },
            app =>
            {
                inFront?.Invoke(app);
                app.UseRouteMiddleware();
                app.Map("/{**path}", handler);
            },
            [
                .. settings.Split(", ", StringSplitOptions.RemoveEmptyEntries)
                    .Select(static setting => setting.Split('=', 2))
                    .Select(static pair => KeyValuePair.Create($"RouteMiddleware:AccessLog:{pair[0]}", (string?)pair[1])),
                .. (list ?? ["access_log"]).Select(static (entry, i) => KeyValuePair.Create($"RouteMiddleware:Middleware:{i}", (string?)entry)),
            ]);

    /// <summary>Stops the application, which waits for its requests, and returns the lines that came to the logger.</summary>
    public static async Task<JsonElement[]> LinesAsync(this TestApp app, string logger = "access")
    {
        await app.App.StopAsync();
        return [.. app.Logs.Records.Where(record => record.Category == logger).Select(static record => Parse(record.Message))];
    }

    public static JsonElement Parse(string line)
    {
        Assert.DoesNotContain(line, static letter => char.IsControl(letter) || letter > '~');
        using var json = JsonDocument.Parse(line);
        Assert.Equal(Fields, json.RootElement.EnumerateObject().Select(static field => field.Name));
        return json.RootElement.Clone();
    }

    /// <summary>The lines of a file, each of which must be whole.</summary>
    public static string[] ReadLines(string path)
    {
        var text = File.ReadAllText(path);
        Assert.True(text.Length == 0 || text[^1] == '\n');
        return text.Split('\n')[..^1];
    }

    public static string Text(this JsonElement line, string field) => line.GetProperty(field).ToString();
}
