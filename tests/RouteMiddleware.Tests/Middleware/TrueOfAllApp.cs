using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware;

/// <summary>An application with one route for each kind of answer.</summary>
internal static class TrueOfAllApp
{
    public static Task<TestApp> StartAsync(TrueOfAllPlace place, string entry, string settings, Task? rest = null, bool errorHandlerBehind = false)
    {
        var values = settings
            .Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(static setting => setting.Split('=', 2))
            .ToDictionary(static pair => $"RouteMiddleware:{pair[0]}", static string? (pair) => pair[1], StringComparer.Ordinal);

        if (place is not TrueOfAllPlace.Route)
        {
            values["RouteMiddleware:Middleware:0"] = entry;
        }

        return TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                app.UseWebSockets();

                if (!errorHandlerBehind)
                {
                    UseErrorHandler(app);
                }

                app.UseRouteMiddleware();

                if (errorHandlerBehind)
                {
                    UseErrorHandler(app);
                }

                app.Use(static (context, next) => context.Request.Path == "/short" ? ShortCircuitAsync(context) : next(context));

                var group = app.MapGroup("");
                MapRoutes(place is TrueOfAllPlace.Global ? group : group.WithMiddleware(entry), rest ?? Task.CompletedTask);
            },
            values);
    }

    private static void UseErrorHandler(WebApplication app)
        => app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled")));

    private static Task ShortCircuitAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status418ImATeapot;
        return context.Response.WriteAsync("short");
    }

    private static void MapRoutes(RouteGroupBuilder group, Task rest)
    {
        group.MapGet("/status/{code:int}", static (int code) => Results.StatusCode(code));
        group.MapGet("/problem", static () => Results.Problem(statusCode: 429, title: "Too many"));
        group.MapGet("/text/{text}", static (string text) => text);
        group.MapGet("/fail", static string () => throw new InvalidOperationException("broken"));

        group.MapGet("/repeated", static (HttpResponse response) =>
        {
            response.Headers.Append("Link", "</a>; rel=next");
            response.Headers.Append("Link", "</b>; rel=prev");
            response.Cookies.Append("first", "1");
            response.Cookies.Append("second", "2");
            return "repeated";
        });

        group.MapGet("/events", async (HttpResponse response) =>
        {
            response.ContentType = "text/event-stream";
            await response.WriteAsync("data: first\n\n");
            await response.Body.FlushAsync();
            await rest;
            await response.WriteAsync("data: last\n\n");
        });

        group.MapGet("/socket", static async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
    }
}
