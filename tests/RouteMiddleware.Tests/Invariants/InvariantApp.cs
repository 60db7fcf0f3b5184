using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Invariants;

/// <summary>Applications that are built and never started: their rules are checked without a server.</summary>
internal static class InvariantApp
{
    private static readonly string[] Aliases = ["one", "two", "three", "guard"];

    public static WebApplication Build(Action<WebApplication> map, params (string Key, string? Value)[] settings)
        => Build(map, static _ => { }, settings);

    public static WebApplication Build(Action<WebApplication> map, Action<RouteMiddlewareBuilder> configure, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value)));
        var middleware = builder.Services.AddRouteMiddleware();

        foreach (var alias in Aliases)
        {
            middleware.AddMiddleware<Plain, PlainOptions>(alias, section: $"{alias}Section");
        }

        configure(middleware);
        var app = builder.Build();
        map(app);
        return app;
    }

    /// <summary>The faults of an application, those of the global list's missing call left out.</summary>
    public static RouteMiddlewareFault[] FaultsOf(WebApplication app)
    {
        try
        {
            app.Middleware().Check();
            return [];
        }
        catch (RouteMiddlewareException exception)
        {
            return [.. exception.Faults];
        }
    }

    /// <summary>Whether a rule about the routes chosen holds for a route without any middleware: it does not, if the route is among them.</summary>
    public static bool Chooses(string template, string[]? methods, Func<RouteMiddleware.Invariants.MiddlewareInvariants, RouteMiddleware.Invariants.RouteSelection> choose)
    {
        var app = Build(app =>
        {
            if (methods is null)
            {
                app.Map(template, static () => "");
            }
            else
            {
                app.MapMethods(template, methods, static () => "");
            }

            choose(app.Middleware()).IfAny().Must.Run("guard");
        });

        return FaultsOf(app).Length > 0;
    }

    internal sealed class PlainOptions : IAcceptArgument
    {
        public string Text { get; set; } = "";

        public void ApplyArgument(string argument) => Text = argument;
    }

    internal sealed class Plain(PlainOptions options) : Microsoft.AspNetCore.Http.IMiddleware
    {
        public Task InvokeAsync(Microsoft.AspNetCore.Http.HttpContext context, Microsoft.AspNetCore.Http.RequestDelegate next) => options.Text.Length > 100 ? Task.CompletedTask : next(context);
    }
}
