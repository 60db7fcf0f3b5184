using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>Who is marked in the chain: the first on the stack that stands in it.</summary>
public sealed class CulpritTests
{
    [Theory]
    [InlineData("/handler", "HTTP: GET /handler", "handler")]
    [InlineData("/handler-async", "HTTP: GET /handler-async", "handler")]
    [InlineData("/handler-deep", "HTTP: GET /handler-deep", "handler")]
    [InlineData("/method", "HTTP: GET /method", "handler")]
    [InlineData("/delegate", "HTTP: GET /delegate", "handler")]
    [InlineData("/delegate-async", "HTTP: GET /delegate-async", "handler")]
    [InlineData("/plain-delegate", "HTTP: GET /plain-delegate", "handler")]
    [InlineData("/missing-service", "HTTP: GET /missing-service", "handler")]
    [InlineData("/controller", "FailingController.Fail", "handler")]
    [InlineData("/result", "RouteMiddleware.Tests.Middleware.Errors.FailingResult", "result")]
    [InlineData("/value", "its value, as JSON", "result")]
    [InlineData("/class", "thrower", "route")]
    [InlineData("/class-async", "async_thrower", "route")]
    [InlineData("/class-after", "after_thrower", "route")]
    [InlineData("/hook", "hook", "route")]
    [InlineData("/convention", "convention", "route")]
    [InlineData("/function", "(delegate)", "route")]
    [InlineData("/filter", "filter", "route")]
    [InlineData("/global", "global_thrower", "global")]
    [InlineData("/nowhere?throw", "global_thrower", "global")]
    public async Task Culprit_OfAnException_IsTheOneThatThrew(string path, string name, string kind)
    {
        await using var app = await ErrorApp.StartAsync(Map, Register, "Development", list: "awaiting, common, awaiting, global_thrower");

        var (status, body) = await app.AnswerAsync(path, "application/json");
        var chain = JsonDocument.Parse(body).RootElement.GetProperty("exception").GetProperty("chain").EnumerateArray().ToArray();

        Assert.Equal(500, status);
        var culprit = Assert.Single(chain, static link => link.GetProperty("threw").GetBoolean());
        Assert.Contains(name, culprit.GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Equal(kind, culprit.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Culprit_OutsideTheChain_IsNobody()
    {
        await using var app = await ErrorApp.StartAsync(
            static app => app.Use(static (HttpContext _, RequestDelegate _) => throw new InvalidOperationException("neither in a list nor on a route")),
            environment: "Development");

        var (_, body) = await app.AnswerAsync("/", ErrorApp.Browser);

        Assert.Contains("The stack names nobody of the chain.", body, StringComparison.Ordinal);
        Assert.DoesNotContain("threw", body.Split("</style>")[1], StringComparison.Ordinal);
    }

    private static void Register(RouteMiddlewareBuilder builder)
    {
        builder.Services.AddControllers().ConfigureApplicationPartManager(static parts =>
        {
            parts.FeatureProviders.Clear();
            parts.FeatureProviders.Add(new OneController());
        });
        builder.AddMiddleware<Thrower>("thrower").AddMiddleware<AsyncThrower>("async_thrower").AddMiddleware<AfterThrower>("after_thrower").AddMiddleware<Hook>("hook")
            .AddMiddleware<Convention>("convention").AddMiddleware<Filter>("filter").AddMiddleware<Awaiting>("awaiting")
            .AddMiddleware("global_thrower", static (context, next) => context.Request.Path == "/global" || context.Request.QueryString.HasValue ? throw new InvalidOperationException() : next(context));
    }

    private static void Map(WebApplication app)
    {
        var group = app.MapGroup("").WithMiddleware("awaiting");
        group.MapGet("/handler", static string () => throw new InvalidOperationException());
        group.MapGet("/handler-async", static async Task<string> () =>
        {
            await Task.Yield();
            throw new InvalidOperationException();
        });
        group.MapGet("/handler-deep", static () => int.Parse("not a number", System.Globalization.CultureInfo.InvariantCulture));
        group.MapGet("/method", Method);
        group.MapGet("/delegate", static (HttpContext context) => context is null ? Task.CompletedTask : throw new InvalidOperationException());
        group.MapGet("/delegate-async", static async (HttpContext context) =>
        {
            await Task.Yield();
            throw new InvalidOperationException(context.Request.Path);
        });
        app.MapGet("/plain-delegate", static (HttpContext context) => context is null ? Task.CompletedTask : throw new InvalidOperationException());
        group.MapGet("/missing-service", static ([FromServices] Missing missing) => missing.Name);
        group.MapGet("/result", static () => new FailingResult());
        group.MapGet("/value", static () => new { Value = Enumerable.Range(0, 1).Select(static int (_) => throw new InvalidOperationException()) });
        group.MapGet("/class", static () => "ok").WithMiddleware("thrower");
        group.MapGet("/class-async", static () => "ok").WithMiddleware("async_thrower");
        group.MapGet("/class-after", static () => Results.Empty).WithMiddleware("after_thrower");
        group.MapGet("/hook", static () => "ok").WithMiddleware("hook");
        group.MapGet("/convention", static () => "ok").WithMiddleware("convention");
        group.MapGet("/function", static () => "ok").WithMiddleware(static (context, next) => throw new InvalidOperationException());
        group.MapGet("/filter", static () => "ok").WithMiddleware("filter");
        app.MapControllers();
    }

    private static string Method() => throw new InvalidOperationException();

    private sealed class Missing
    {
        public string Name => "missing";
    }

    private sealed class OneController : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature) => feature.Controllers.Add(typeof(FailingController).GetTypeInfo());
    }

    [ApiController]
    private sealed class FailingController : ControllerBase
    {
        [HttpGet("/controller")]
        public string Fail() => throw new InvalidOperationException();
    }

    private sealed class Thrower : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => throw new InvalidOperationException();
    }

    private sealed class AsyncThrower : IMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            await Task.Yield();
            await FailAsync();
        }

        private static async Task FailAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException();
        }
    }

    private sealed class AfterThrower : IMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            await next(context);
            throw new InvalidOperationException();
        }
    }

    private sealed class Hook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => throw new InvalidOperationException();
    }

    private sealed class Convention(RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => context is null ? next(context!) : throw new InvalidOperationException();
    }

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => throw new InvalidOperationException();
    }

    // On the way of every exception, and never its cause.
    private sealed class Awaiting : IMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            await Task.Yield();
            await next(context);
        }
    }
}
