using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Commands;

/// <summary>A small application for commands: a global list, a group of the settings, a route without a part of it, constraints, hosts and content types.</summary>
internal static class Orders
{
    public static readonly Dictionary<string, string?> Settings = new()
    {
        ["RouteMiddleware:Middleware:0"] = "request_id",
        ["RouteMiddleware:Middleware:1:Name"] = "timing",
        ["RouteMiddleware:Middleware:1:Exclude:0"] = "/health",
        ["RouteMiddleware:Middleware:2"] = "cors",
        ["RouteMiddleware:Middleware:3:Name"] = "gzip",
        ["RouteMiddleware:Middleware:3:Enabled"] = "false",
        ["RouteMiddleware:Cors:AllowOrigins:0"] = "https://app.example.com",
        ["RouteMiddleware:Groups:api:0"] = "guard",
        ["RouteMiddleware:Groups:api:1"] = "rate_limit:100/1m",
        ["RouteMiddleware:RateLimit:PartitionBy"] = "global",
    };

    public static void Services(WebApplicationBuilder builder) => builder.Services.AddRouteMiddleware()
        .AddMiddleware("guard", static (context, next) => next(context))
        .AddMiddleware<Filter>("filter");

    public static void Map(WebApplication app)
    {
        app.UseRouteMiddleware();
        var api = app.MapGroup("/api").WithMiddleware("api");
        api.MapPost("/orders", static (HttpContext _) => TypedResults.Ok()).WithMiddleware("filter");
        api.MapGet("/orders", static () => "list");
        api.MapGet("/orders/{id:int}", static (int id) => id);
        api.MapGet("/orders/{name}", static (string name) => name).WithOrder(1);
        api.MapGet("/status", static () => "ok").WithoutMiddleware("guard");
        app.MapPost("/json", static () => "ok").WithMetadata(new AcceptsMetadata(["application/json"], typeof(string)));
        app.MapGet("/hosted", static () => "a").RequireHost("a.example.com").WithMiddleware("guard");
        app.MapGet("/hosted", static () => "b").RequireHost("b.example.com");
        app.MapGet("/health", static () => "ok");
        app.MapGet("/ping", string () => throw new InvalidOperationException("Nobody may run me.")).ShortCircuit();
        app.Map("/any", static () => "any");
    }

    public static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) => CommandApp.RunAsync(Services, Map, args, Settings);

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
