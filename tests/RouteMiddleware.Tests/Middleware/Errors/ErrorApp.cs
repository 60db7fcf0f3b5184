using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>Applications with <c>common</c> at the head of the global list, and words for what they answer.</summary>
internal static class ErrorApp
{
    public const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    public static Task<TestApp> StartAsync(
        Action<WebApplication> routes,
        Action<RouteMiddlewareBuilder>? services = null,
        string environment = "Production",
        string list = "common",
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<WebApplication>? front = null,
        Action<WebApplicationBuilder>? host = null)
    {
        var values = new Dictionary<string, string?>(settings ?? [], StringComparer.OrdinalIgnoreCase);
        var entries = list.Split(", ", StringSplitOptions.RemoveEmptyEntries);

        for (var i = 0; i < entries.Length; i++)
        {
            values[$"RouteMiddleware:Middleware:{i}"] = entries[i];
        }

        return TestApp.StartAsync(
            builder =>
            {
                host?.Invoke(builder);
                var middleware = builder.Services.AddRouteMiddleware();
                services?.Invoke(middleware);
            },
            app =>
            {
                front?.Invoke(app);
                app.UseRouteMiddleware();
                routes(app);
            },
            values,
            environment);
    }

    public static Task<HttpResponseMessage> GetAsync(this TestApp app, string path, string? accept = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path));

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return app.Client.SendAsync(request);
    }

    public static async Task<(int Status, string Body)> AnswerAsync(this TestApp app, string path, string? accept = null)
    {
        using var response = await app.GetAsync(path, accept);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<(int Status, string? Code)> CodeAsync(this TestApp app, string path)
    {
        using var response = await app.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, body.StartsWith('{') ? JsonDocument.Parse(body).RootElement.GetProperty("code").GetString() : null);
    }

    public static string Request(string method, string path, string headers = "", string body = "")
        => $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n{body}";

    /// <summary>What was logged as an error, by whomever. Forgotten tasks are the whole process's, those of other tests among them.</summary>
    public static IReadOnlyList<LogRecord> Errors(this TestApp app)
        => [.. app.Logs.Records.Where(static record => record.Level >= LogLevel.Error && record.EventId.Name is not "Unobserved")];

    /// <summary>Everything that a log file would hold.</summary>
    public static string LogText(this TestApp app)
        => string.Join('\n', app.Logs.Records.Select(static record => $"{record.Level} {record.Category} {record.Message} {record.Exception}"));

    /// <summary>Waits for a line that comes after the answer.</summary>
    public static async Task<LogRecord> WaitForLogAsync(this TestApp app, string eventName)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));

        while (true)
        {
            if (app.Logs.Records.FirstOrDefault(record => record.EventId.Name == eventName) is { } found)
            {
                return found;
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
