using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Testing.Tests;

/// <summary>A small application, started by the factory through its entry point like any other.</summary>
public sealed class TestedApp
{
    public static void Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.ClearProviders();

        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["RouteMiddleware:Middleware:0"] = "request_id",
            ["RouteMiddleware:Middleware:1:Name"] = "timing",
            ["RouteMiddleware:Middleware:1:Exclude:0"] = "/untimed",
            ["RouteMiddleware:Cors:AllowOrigins:0"] = "https://app.example.com",
            ["RouteMiddleware:Auth:Secret"] = "a secret of this test that is long enough",
            ["RouteMiddleware:RateLimit:PermitLimit"] = "1000",
        });

        builder.Services.AddRouteMiddleware()
            .AddMiddleware("stamp", static (context, next) => StampAsync(context, next, "stamp"))
            .AddMiddleware<FirstHook>("first_hook")
            .AddMiddleware<SecondHook>("second_hook")
            .AddMiddleware<OnlyFilter>("only_filter")
            .AddMiddleware<BothStages>("both_stages")
            .AddMiddleware<NeedsAuth>("needs_auth")
            .AddMiddleware("failing", static (_, _) => throw new InvalidOperationException("broken on purpose"))
            .AddGroup("guarded", "auth", "rate_limit:2/1m");

        builder.Services.AddAuthorization();

        var app = builder.Build();
        app.UseRouteMiddleware();

        var api = app.MapGroup("/api").WithMiddleware("guarded");
        api.MapGet("/orders", static (HttpContext context) => $"{context.User.Identity?.Name} {context.User.FindFirst("sub")?.Value}");
        api.MapGet("/open", static () => "open").WithoutMiddleware("auth");
        api.MapGet("/admin", static () => "admin").WithMiddleware("auth:admin");
        api.MapGet("/needs", static () => "needs").WithMiddleware("needs_auth");
        app.MapGet("/stamped", static () => "stamped").WithMiddleware("stamp");
        app.MapGet("/called", static () => "called").WithRateLimit(static o => o.PermitLimit = 500);
        app.MapGet("/hooks", static () => "hooks").WithMiddleware("first_hook", "second_hook", "stamp");
        app.MapGet("/stages", static () => "stages").WithMiddleware("only_filter", "both_stages", "stamp");
        app.MapGet("/failing", static () => "never").WithMiddleware("stamp", "failing");
        app.MapGet("/handler-fails", static string () => throw new InvalidOperationException("the handler broke")).WithMiddleware("stamp");
        app.MapGet("/untimed", static () => "untimed");
        app.MapGet("/in-box", static () => "in-box").RequireAuthorization();
        app.MapPut("/preflighted", static () => "put").WithMiddleware("stamp").WithCors(static o => o.AllowMethods = ["PUT"]);
        app.MapGet("/time", static (TimeProvider clock) => clock.GetUtcNow().ToString("O"));
        app.MapGet("/chosen", static () => "chosen").WithMiddleware<Direct>();

        app.Middleware().Under("/api").ExceptRoute("GET /api/open").Must.Run("auth").Before("rate_limit").Because("orders are private");
        app.Run();
    }

    internal static Task StampAsync(HttpContext context, RequestDelegate next, string name)
    {
        context.Response.Headers.Append("X-Stamp", name);
        return next(context);
    }

    internal sealed class FirstHook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => default;
    }

    internal sealed class SecondHook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context)
            => new(context.Request.Query.ContainsKey("stop") ? Results.Text("stopped", statusCode: StatusCodes.Status418ImATeapot) : null);
    }

    internal sealed class OnlyFilter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
            => context.HttpContext.Request.Query.ContainsKey("stop") ? new(Results.Text("stopped", statusCode: StatusCodes.Status418ImATeapot)) : next(context);
    }

    internal sealed class BothStages : IMiddleware, IEndpointFilter
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }

    [Requires("auth")]
    internal sealed class NeedsAuth : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    internal sealed class Direct : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }
}
