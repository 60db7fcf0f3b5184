using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class StageTests
{
    private static readonly Refusal NoEntry = new(401, "no_entry", "Unauthorized", "Nobody comes in here.");

    [Theory]
    [InlineData("Development", "/orders")]
    [InlineData("Production", "/orders")]
    [InlineData("Development", "/outer/inner/orders")]
    [InlineData("Production", "/outer/inner/orders")]
    [InlineData("Development", "/controller")]
    [InlineData("Production", "/controller")]
    [InlineData("Production", "/hub/negotiate")]
    [InlineData("Development", "/hub/negotiate")]
    public async Task RequestStage_BeforeBinding_RefusesAMalformedBodyUnread(string environment, string path)
    {
        await using var app = await StartAsync(environment);

        using var response = await app.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent("{not json", Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("no_entry", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/delegate")]
    [InlineData("/fallback/anything")]
    [InlineData("/foreign")]
    public async Task RequestStage_OnOtherEndpoints_Runs(string path)
    {
        await using var app = await StartAsync("Production");

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task BothStages_OnAHandler_AreOneObjectAndSeeTheArguments()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<TwoStages>("two"),
            app =>
            {
                app.MapGet("/handler/{id:int}", (int id) => $"handler {id}").WithMiddleware("two");
                app.MapGet("/delegate", context => context.Response.WriteAsync("delegate")).WithMiddleware("two");
            });

        Assert.Equal("request:1 handler:1(7)", await app.Client.TrailAsync("/handler/7"));
        Assert.Equal("request:2 handler:2(HttpContext)", await app.Client.TrailAsync("/delegate"));
    }

    [Fact]
    public async Task HandlerStage_AmongForeignFilters_KeepsReadingOrder()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                var group = app.MapGroup("/").AddEndpointFilter(Foreign("x1")).WithMiddleware<FilterA>();
                group.MapGet("/", () => "ok").AddEndpointFilter(Foreign("x2")).WithMiddleware<FilterB>().AddEndpointFilter(Foreign("x3"));
            });

        Assert.Equal("x1 A x2 B x3", await app.Client.TrailAsync("/"));
    }

    private static Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> Foreign(string name) => (context, next) =>
    {
        Trail.Leave(context.HttpContext, name);
        return next(context);
    };

    private static Task<TestApp> StartAsync(string environment) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddRouteMiddleware().AddMiddleware("closed", static (context, _) => NoEntry.WriteAsync(context)).AddMiddleware("trail", Trail.Step("trail"));
            builder.Services.AddControllers().AddApplicationPart(typeof(StageTests).Assembly);
            builder.Services.AddSignalR();
            builder.Services.AddHealthChecks();
        },
        app =>
        {
            app.MapPost("/orders", (Order order) => order).WithMiddleware("closed");
            app.MapGroup("/outer").WithMiddleware("closed").MapGroup("/inner").MapPost("/orders", (Order order) => order);
            app.MapControllers().WithMiddleware("closed", "trail");
            app.MapHub<EmptyHub>("/hub").WithMiddleware("closed");
            app.MapHealthChecks("/health").WithMiddleware("closed");
            app.MapGet("/delegate", context => context.Response.WriteAsync("open")).WithMiddleware("closed");
            app.MapForeign("/foreign").WithMiddleware("closed");
            app.MapFallback("/fallback/{**rest}", () => "open").WithMiddleware("closed");
        },
        environment: environment);

    private sealed class EmptyHub : Hub;

    private sealed class FilterA : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            Trail.Leave(context.HttpContext, "A");
            return next(context);
        }
    }

    private sealed class FilterB : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            Trail.Leave(context.HttpContext, "B");
            return next(context);
        }
    }

    private sealed class TwoStages : IMiddleware, IEndpointFilter
    {
        private static int _made;
        private readonly int _number = Interlocked.Increment(ref _made);

        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, $"request:{_number}");
            return next(context);
        }

        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            Trail.Leave(context.HttpContext, $"handler:{_number}({(context.Arguments[0] is HttpContext ? nameof(HttpContext) : context.Arguments[0])})");
            return next(context);
        }
    }
}
