using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>What each of ten thousand endpoints keeps of its chain, and when it is composed.</summary>
public sealed class EndpointCostTests
{
    [Theory]
    [InlineData("passing passing passing passing passing")]
    [InlineData("function passing function passing function")]
    [InlineData("sized passing hook function hook")]
    public async Task Chain_OfFive_CostsAnEndpointNoMoreThan160Bytes(string entries)
    {
        await using var app = await StartAsync(app => app.MapGroup("/").WithMiddleware(entries.Split(' ')).MapGet("/", static _ => Task.CompletedTask));
        var generations = app.App.Services.GetRequiredService<Generations>();
        Link[] links = [.. ChainOf(app).Links.Select(plan => app.App.Services.GetRequiredService<LinkFactory>().Get(plan)!)];
        var segments = Segment.Of(links, static _ => null, generations, generations.EnterRoute, isObserved: false, mayWait: true);
        var faults = new FaultList();
        var kept = new RequestDelegate[1000];

        Compose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Compose();

        // The object that goes through the list costs a little too.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / kept.Length, 1, 160 + 32);

        void Compose()
        {
            for (var i = 0; i < kept.Length; i++)
            {
                kept[i] = Segment.Compose(segments, static _ => Task.CompletedTask, faults);
            }
        }
    }

    [Theory]
    [InlineData("passing trail passing")]
    [InlineData("function trail passing")]
    [InlineData("sized trail passing")]
    [InlineData("hook trail passing")]
    [InlineData("trail")]
    public async Task Chain_OfEachEndpoint_EndsInItsOwnHandler(string entries)
    {
        await using var app = await StartAsync(app =>
        {
            var group = app.MapGroup("/").WithMiddleware(entries.Split(' '));
            group.MapGet("/a", static () => "a");
            group.MapGet("/b", static context => context.Response.WriteAsync("b"));
        });

        for (var i = 0; i < 2; i++)
        {
            Assert.EndsWith("trail", await app.Client.TrailAsync("/a"), StringComparison.Ordinal);
            Assert.EndsWith("trail", await app.Client.TrailAsync("/b"), StringComparison.Ordinal);
            Assert.Equal("a", await app.Client.GetStringAsync(new Uri("/a", UriKind.Relative)));
            Assert.Equal("b", await app.Client.GetStringAsync(new Uri("/b", UriKind.Relative)));
        }
    }

    [Fact]
    public async Task Chain_WhoseFirstRequestsComeAtOnce_ServesAll()
    {
        await using var app = await StartAsync(app =>
        {
            app.MapGet("/direct", static () => "ok").WithMiddleware("passing", "function", "passing");
            app.MapGet("/renewable", static () => "ok").WithMiddleware("sized", "hook", "passing");
        });
        using var start = new ManualResetEventSlim();

        foreach (var chain in app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Select(static endpoint => endpoint.RequestDelegate!))
        {
            start.Reset();
            var requests = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                async () =>
                {
                    start.Wait();
                    var context = new DefaultHttpContext { RequestServices = app.App.Services };
                    await chain(context);
                    return context.Response.StatusCode;
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()).ToArray();
            start.Set();

            Assert.All(await Task.WhenAll(requests), static status => Assert.Equal(200, status));
        }
    }

    [Fact]
    public async Task Metadata_OfEndpointsOfOneGroup_HoldOneChain()
    {
        await using var app = await StartAsync(app =>
        {
            var group = app.MapGroup("/").WithMiddleware("passing").WithMiddleware<Filter>();
            group.MapGet("/a", static () => "a");
            group.MapGet("/b", static () => "b");
            group.MapGet("/c", static () => "c").WithMiddleware("function");
        });

        var chains = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Select(static endpoint => endpoint.Metadata.GetRequiredMetadata<EndpointChain>()).ToArray();

        Assert.Same(chains[0], chains[1]);
        Assert.NotSame(chains[0], chains[2]);
        Assert.Equal([1, 1, 1], chains.Select(static chain => chain.HandlerStages.Count));
    }

    [Fact]
    public void Hooks_OfOneChain_AreOneRunForAllEndpoints()
    {
        IMiddleware[] run = [new Hook(), new Hook()];
        var first = (IJoinNeighbours)run[0];

        Assert.Same(RunOf(first.Join(run, Handler)), RunOf(first.Join([.. run], static _ => Task.CompletedTask)));
        Assert.NotSame(RunOf(first.Join(run, Handler)), RunOf(first.Join([run[0]], Handler)));

        static Task Handler(HttpContext context) => Task.CompletedTask;

        static object RunOf(RequestDelegate joined)
            => joined.Target!.GetType().GetFields().Select(field => field.GetValue(joined.Target)).OfType<HookRun>().Single();
    }

    private static EndpointChain ChainOf(TestApp app)
        => app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0].Metadata.GetRequiredMetadata<EndpointChain>();

    private static Task<TestApp> StartAsync(Action<WebApplication> map) => TestApp.StartAsync(
        builder => builder.Services.AddRouteMiddleware()
            .AddMiddleware<Passing>("passing")
            .AddMiddleware<Sized, SizedOptions>("sized")
            .AddMiddleware<Hook>("hook")
            .AddMiddleware("function", static (context, next) => next(context))
            .AddMiddleware("trail", Trail.Step("trail")),
        map);

    private sealed class Passing : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    private sealed class Hook : HookMiddleware
    {
        public override ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => default;
    }

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
