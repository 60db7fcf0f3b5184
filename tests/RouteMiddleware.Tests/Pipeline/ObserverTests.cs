using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class ObserverTests
{
    private readonly ConcurrentQueue<string> _told = new();

    [Theory]
    [InlineData("/route", "in pass, on, in hook, in second_hook, in convention:1, in both, on, in both Handler, on, in filter Handler, on, out filter Handler, out both Handler, out both, out convention:1, out second_hook, out hook, out pass")]
    [InlineData("/refused", "in pass, on, in hook, in refuse, out refuse, out hook, out pass")]
    [InlineData("/failing", "in pass, on, in fail, out fail InvalidOperationException, out pass InvalidOperationException")]
    [InlineData("/handler-fails", "in pass, on, in hook, on, out hook InvalidOperationException, out pass InvalidOperationException")]
    [InlineData("/off", "on, in hook, on, out hook")]
    [InlineData("/plain", "in pass, on, out pass")]
    [InlineData("/nowhere", "in pass, on, out pass")]
    [InlineData("/conditional/left-out", "in pass, on, on, out pass")]
    [InlineData("/conditional/in", "in pass, on, in hook, on, out hook, out pass")]
    public async Task Observer_HearsOfEachMiddleware_InTheOrderOfTheRequest(string path, string expected)
    {
        await using var app = await StartAsync(new Observer(_told));

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
        await EndAsync(app);

        Assert.Equal(expected, string.Join(", ", _told));
    }

    [Fact]
    public async Task Observer_OfAPreflight_HearsOfTheOneThatAnswers()
    {
        await using var app = await StartAsync(new Observer(_told));
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/cors", UriKind.Relative)) { Headers = { { "Origin", "https://a.example" }, { "Access-Control-Request-Method", "PUT" } } };

        using var response = await app.Client.SendAsync(request);
        await EndAsync(app);

        Assert.Equal("in pass, on, in cors, out cors, out pass", string.Join(", ", _told));
    }

    [Fact]
    public async Task Steps_SayWhereTheyStand()
    {
        await using var app = await StartAsync(new Observer(_told));

        using var response = await app.Client.GetAsync(new Uri("/route", UriKind.Relative));
        await EndAsync(app);

        var steps = app.App.Services.GetRequiredService<Observer>().Steps.DistinctBy(static step => (step.Name, step.Stage)).ToDictionary(static step => $"{step.Name} {step.Stage}");
        Assert.True(steps["pass Request"].IsGlobal);
        Assert.Equal("RouteMiddleware:Middleware:0", steps["pass Request"].Origin);
        Assert.False(steps["hook Request"].IsGlobal);
        Assert.Equal("1", steps["convention Request"].Argument);
        Assert.Contains("ObserverTests.cs", steps["both Handler"].Origin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observers_AreAllTold_AlsoAfterAReload()
    {
        var second = new ConcurrentQueue<string>();
        await using var app = await StartAsync(new Observer(_told), new Observer(second));
        app.Edit(("RouteMiddleware:Convention:Size", "5"));

        using var response = await app.Client.GetAsync(new Uri("/route", UriKind.Relative));
        await EndAsync(app);

        Assert.Equal(_told, second);
        Assert.Equal(18, _told.Count);
    }

    [Fact]
    public async Task Chain_WithoutAnObserver_IsComposedAsEver_AndAllocatesNothing()
    {
        await using var app = await StartAsync();
        var services = app.App.Services;
        var route = services.GetRequiredService<EndpointDataSource>().Endpoints.Single(static endpoint => endpoint.DisplayName!.Contains("/bare", StringComparison.Ordinal));
        var context = new DefaultHttpContext { RequestServices = services };

        Assert.False(services.GetRequiredService<RouteMiddleware.Pipeline.Observation>().IsWanted);
        Assert.False(services.GetRequiredService<RouteMiddleware.Pipeline.Observation>().IsOn);
        Assert.Equal(0, AllocatedBy(route.RequestDelegate!, context));
    }

    private static long AllocatedBy(RequestDelegate chain, HttpContext context)
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.True(chain(context).IsCompletedSuccessfully);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = chain(context);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
    }

    // The answer may be here before the request has left its middleware.
    private static async Task EndAsync(TestApp app) => await app.App.StopAsync();

    private static Task<TestApp> StartAsync(params Observer[] observers) => TestApp.StartAsync(
        builder =>
        {
            foreach (var observer in observers)
            {
                builder.Services.AddSingleton<IMiddlewareObserver>(observer).AddSingleton(observer);
            }

            builder.Services.AddRouteMiddleware()
                .AddMiddleware("pass", static (context, next) => next(context))
                .AddMiddleware("refuse", static (context, _) => Results.StatusCode(418).ExecuteAsync(context))
                .AddMiddleware("fail", static (_, _) => throw new InvalidOperationException("broken"))
                .AddMiddleware<Hook>("hook")
                .AddMiddleware<Hook>("second_hook")
                .AddMiddleware<Convention, ConventionOptions>("convention")
                .AddMiddleware<Both>("both")
                .AddMiddleware<Filter>("filter");
        },
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGet("/route", static () => "").WithMiddleware("hook", "second_hook", "convention:1").WithMiddleware("both", "filter");
            app.MapGet("/refused", static () => "").WithMiddleware("hook", "refuse", "second_hook");
            app.MapGet("/failing", static () => "").WithMiddleware("fail");
            app.MapGet("/handler-fails", static string () => throw new InvalidOperationException("broken")).WithMiddleware("hook");
            app.MapGet("/off", static () => "").WithoutMiddleware("pass").WithMiddleware("hook");
            app.MapGet("/plain", static () => "");
            app.MapGet("/conditional/{page}", static () => "").WithMiddleware(new MiddlewareEntry("hook") { Exclude = ["/conditional/left-out"] });
            app.MapPut("/cors", static () => "").WithCors(static o => (o.AllowOrigins, o.AllowMethods) = (["https://a.example"], ["PUT"]));
            app.MapGet("/bare", static _ => Task.CompletedTask).WithMiddleware("pass", "convention:1", "hook", "second_hook");
        },
        [new("RouteMiddleware:Middleware:0", "pass"), new("RouteMiddleware:Convention:Size", "1")]);

    private sealed class Observer(ConcurrentQueue<string> told) : IMiddlewareObserver
    {
        public ConcurrentQueue<MiddlewareStep> Steps { get; } = new();

        public void Entered(HttpContext context, MiddlewareStep step)
        {
            Steps.Enqueue(step);
            told.Enqueue($"in {step}{StageOf(step)}");
        }

        public void WentOn(HttpContext context) => told.Enqueue("on");

        public void Left(HttpContext context, MiddlewareStep step, Exception? exception)
            => told.Enqueue($"out {step}{StageOf(step)}{(exception is null ? "" : $" {exception.GetType().Name}")}");

        private static string StageOf(MiddlewareStep step) => step.Stage is ChainStage.Request ? "" : $" {step.Stage}";
    }

    private sealed class Hook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => default;
    }

    private sealed class ConventionOptions : IAcceptArgument
    {
        public int Size { get; set; }

        public void ApplyArgument(string argument) => Size = int.Parse(argument, System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Convention(RequestDelegate next, ConventionOptions options)
    {
        public Task InvokeAsync(HttpContext context) => options.Size < 0 ? Task.CompletedTask : next(context);
    }

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }

    private sealed class Both : IMiddleware, IEndpointFilter
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
