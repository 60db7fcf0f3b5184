using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class AllocationTests
{
    [Fact]
    public async Task Pass_ThroughFiveMiddleware_AllocatesNothing()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Passing>("passing").AddMiddleware("function", static (context, next) => next(context)),
            app => app.MapGroup("/").WithMiddleware("passing", "passing", "function", "passing").MapGet("/", static _ => Task.CompletedTask).WithMiddleware("passing"));
        var chain = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0].RequestDelegate!;

        Assert.Equal(0, AllocatedBy(chain, new DefaultHttpContext()));
    }

    [Fact]
    public async Task Pass_OfARequestThatKnowsItsOptions_AllocatesNothingAfterAReload()
    {
        await using var app = await ReloadApp.StartAsync(
            static app => app.MapGet("/", static _ => Task.CompletedTask).WithMiddleware("passing_options"),
            [new(ReloadApp.Version, "1")],
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware<PassingOptions, ReloadApp.VersionOptions>("passing_options", section: "Version"));
        var chain = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0].RequestDelegate!;

        app.Edit((ReloadApp.Version, "2"));

        Assert.Equal(0, AllocatedBy(chain, new DefaultHttpContext()));
    }

    [Fact]
    public void Pass_ThroughARunOfHooks_AllocatesNothing()
    {
        var run = new HookRun([.. Enumerable.Range(0, 10).Select(static _ => new Hook())]);
        var context = new DefaultHttpContext();
        var response = new Response();
        context.Features.Set<IHttpResponseFeature>(response);

        var allocated = AllocatedBy(
            request =>
            {
                Assert.True(run.InvokeAsync(request, static _ => Task.CompletedTask).IsCompletedSuccessfully);
                return response.SendHeadersAsync();
            },
            context);

        Assert.Equal(0, allocated);
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

        // A tier change of the runtime in between may cost a few bytes once; a cost of every pass would be thousands.
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
    }

    private sealed class Passing : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    private sealed class PassingOptions(ReloadApp.VersionOptions options) : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => options.Number == 2 ? next(context) : throw new InvalidOperationException("These are the old options.");
    }

    private sealed class Hook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => default;

        public override ValueTask AfterResponseAsync(HttpContext context) => default;
    }

    // The default response forgets its callbacks; a server runs them.
    private sealed class Response : HttpResponseFeature
    {
        private Func<object, Task> _callback = static _ => Task.CompletedTask;
        private object _state = "";

        public override void OnStarting(Func<object, Task> callback, object state) => (_callback, _state) = (callback, state);

        public Task SendHeadersAsync() => _callback(_state);
    }
}
