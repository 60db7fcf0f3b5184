using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>What <c>RequestDelegateFactory</c> gets to see: with one filter factory more, compiling a handler takes it half as long again, whatever the factory makes.</summary>
public sealed class DecliningStageTests
{
    private static readonly KeyValuePair<string, string?>[] Settings =
    [
        new("RouteMiddleware:Auth:Secret", "base64:n2r8Zl0bq3uT6yW1cV5xA9kE4mS7gH0dJfLoPiXzRtY="),
        new("RouteMiddleware:Disabled:0", "disabled"),
        new("RouteMiddleware:Groups:api:0", "auth"),
        new("RouteMiddleware:Groups:api:1", "rate_limit:100/1m"),
        new("RouteMiddleware:Groups:wanting:0", "auth"),
        new("RouteMiddleware:Groups:wanting:1", "asking"),
    ];

    [Theory]
    [InlineData("auth", 0)]
    [InlineData("auth:admin", 0)]
    [InlineData("rate_limit:100/1m", 0)]
    [InlineData("api", 0)]
    [InlineData("made", 0)]
    [InlineData("declining", 0)]
    [InlineData("disabled", 0)]
    [InlineData("asking", 1)]
    [InlineData("wanting", 1)]
    [InlineData("made_asking", 1)]
    [InlineData("filter", 1)]
    [InlineData("pure", 1)]
    public async Task Filters_OfATypedHandler_AreThoseThatMayBeNeeded(string entry, int expected)
    {
        List<int> seen = [];

        await using var app = await StartAsync(app =>
        {
            Typed(app, "/route", seen, route => Put(route, entry));
            var group = Put(app.MapGroup("/group"), entry);
            Typed(group, "/first", seen);
            Typed(group, "/second", seen);
        });

        Assert.Equal([expected, expected, expected], seen);
    }

    [Fact]
    public async Task Filters_OfAuthAndLimitsThatLookAtTheHandler_AreThere()
    {
        List<int> seen = [];

        await using var app = await StartAsync(app =>
        {
            Typed(app, "/owner", seen, static route => route.WithAuth(static o => (o.Policy, o.Resource) = ("Owner", "id")));
            Typed(app, "/failures", seen, static route => route.WithRateLimit(static o => (o.PermitLimit, o.Count) = (5, RateLimitCount.Failures)));
        });

        Assert.Equal([1, 1], seen);
    }

    [Fact]
    public async Task Filters_OfWhatWasTakenOff_AreNotThere()
    {
        List<int> seen = [];

        await using var app = await StartAsync(app =>
        {
            var group = app.MapGroup("/").WithMiddleware("filter").WithMiddleware("wanting");
            Typed(group, "/none", seen, static route => route.WithoutMiddleware("filter", "wanting"));
            Typed(group, "/one", seen, static route => route.WithoutMiddleware("auth", "filter"));
            Typed(group, "/both", seen, static route => route.WithoutMiddleware("auth"));
            Typed(group, "/again", seen, static route => route.WithoutMiddleware("wanting", "filter").WithMiddleware("filter"));
        });

        Assert.Equal([0, 1, 2, 1], seen);
        Assert.Equal("", await app.Client.TrailAsync("/none/7"));
        Assert.Equal("asking", await app.Client.TrailAsync("/one/7"));
        Assert.Equal("filter asking", await app.Client.TrailAsync("/both/7"));
        Assert.Equal("filter", await app.Client.TrailAsync("/again/7"));
    }

    [Fact]
    public async Task Stage_OfOneThatSaysThatItNeedsNone_IsNotAskedFor()
    {
        await using var app = await StartAsync(static app => app.MapGet("/{id:int}", static (int id) => id).WithMiddleware("declining", "filter"));

        Assert.Equal("declining filter", await app.Client.TrailAsync("/7"));
    }

    [Fact]
    public async Task Stage_OfAFilterAlone_IsAFaultWhereThereIsNoHandlerStage()
    {
        await using var app = await StartAsync(static app => app.MapGet("/{id:int}", static (int id) => id).WithMiddleware("pure"));

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(static app => app.MapForeign("/foreign").WithMiddleware("pure")));

        Assert.Equal("7", await app.Client.GetStringAsync(new Uri("/7", UriKind.Relative)));
        Assert.Contains("'pure' is an endpoint filter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_OfOneThatIsTakenOffEverywhere_AreNotTold()
    {
        await using var app = await StartAsync(static app => app.MapGroup("/").WithMiddleware("faulty").MapGet("/{id:int}", static (int id) => id).WithoutMiddleware("faulty"));

        Assert.Equal("7", await app.Client.GetStringAsync(new Uri("/7", UriKind.Relative)));
    }

    [Fact]
    public async Task Faults_OfOneThatStays_AreToldOnce()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(static app =>
        {
            var group = app.MapGroup("/").WithMiddleware("faulty");
            group.MapGet("/a/{id:int}", static (int id) => id);
            group.MapGet("/b/{id:int}", static (int id) => id).WithoutMiddleware("faulty");
            group.MapGet("/c/{id:int}", static (int id) => id);
        }));

        Assert.Equal("'faulty' can't be made: There is no wheel.", Assert.Single(error.Faults).What);
    }

    private static TBuilder Put<TBuilder>(TBuilder builder, string entry)
        where TBuilder : IEndpointConventionBuilder
        => entry switch
        {
            "made" => builder.WithMiddleware(static _ => new Declining()),
            "made_asking" => builder.WithMiddleware(static _ => new Asking()),
            _ => builder.WithMiddleware(entry),
        };

    private static void Typed(IEndpointRouteBuilder routes, string path, List<int> seen, Action<RouteHandlerBuilder>? with = null)
    {
        var route = routes.MapGet($"{path}/{{id:int}}", static (int id) => id);
        with?.Invoke(route);

        // The last convention in front of the handler's compilation.
        route.Add(endpoint => seen.Add(endpoint.FilterFactories.Count));
    }

    private static Task<TestApp> StartAsync(Action<WebApplication> map) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddAuthorizationBuilder().AddPolicy("Owner", static policy => policy.RequireAuthenticatedUser());
            builder.Services.AddRouteMiddleware()
                .AddMiddleware<Asking>("asking")
                .AddMiddleware<Asking>("disabled")
                .AddMiddleware<Declining>("declining")
                .AddMiddleware<Filter>("filter")
                .AddMiddleware<Pure>("pure")
                .AddMiddleware<Faulty>("faulty");
        },
        map,
        Settings);

    // Says nothing of its stage, as those that were written before there was a question.
    private sealed class Asking : IMiddleware, IHandlerStageFactory
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => invocation =>
        {
            Trail.Leave(invocation.HttpContext, "asking");
            return next(invocation);
        };
    }

    private sealed class Declining : IMiddleware, IHandlerStageFactory
    {
        public bool MayNeedHandlerStage => false;

        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "declining");
            return next(context);
        }

        public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
            => throw new InvalidOperationException("Nobody should ask.");
    }

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            Trail.Leave(context.HttpContext, "filter");
            return next(context);
        }
    }

    private sealed class Pure : IHandlerStageFactory
    {
        public bool MayNeedHandlerStage => false;

        public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => next;
    }

    private sealed class Faulty : IMiddleware, IHandlerStageFactory
    {
        public Faulty() => throw new InvalidOperationException("There is no wheel.");

        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => next;
    }
}
