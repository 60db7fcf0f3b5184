using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cors;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>Applications with <c>cors</c>, and requests as browsers send them.</summary>
internal static class CorsApp
{
    public const string Origin = "https://app.example.com";

    /// <summary>An application whose global list is <c>cors</c>, with one route.</summary>
    public static Task<TestApp> StartAsync(Action<CorsOptions>? configure = null, Action<WebApplicationBuilder>? services = null, Action<WebApplication>? app = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware().AddDefaults(configure).Use("cors");
                services?.Invoke(builder);
            },
            application =>
            {
                application.UseRouteMiddleware();
                app?.Invoke(application);
                application.MapMethods("/", ["GET", "POST", "PUT", "DELETE"], static () => "hello");
            });

    /// <summary>Sends a request with the headers, given as <c>Name: value</c>.</summary>
    public static async Task<CorsReply> SendAsync(this TestApp app, string method, string path, string? origin, params string[] headers)
    {
        var lines = string.Concat(headers.Select(static header => header + "\r\n"));
        var from = origin is null ? "" : $"Origin: {origin}\r\n";
        return new(await app.SendRawAsync($"{method} {path} HTTP/1.1\r\nHost: api.example.com\r\n{from}{lines}Content-Length: 0\r\nConnection: close\r\n\r\n"));
    }

    /// <summary>Sends a preflight.</summary>
    public static Task<CorsReply> AskAsync(this TestApp app, string path, string? origin, string method = "GET", string? names = null, params string[] headers)
        => app.SendAsync("OPTIONS", path, origin, [$"Access-Control-Request-Method: {method}", .. names is null ? (string[])[] : [$"Access-Control-Request-Headers: {names}"], .. headers]);

    private static RouteMiddlewareBuilder AddDefaults(this RouteMiddlewareBuilder builder, Action<CorsOptions>? configure)
        => configure is null ? builder : builder.Remove("cors").AddMiddleware<CorsMiddleware, CorsOptions>("cors", configure, "Cors");
}
