using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class ShapeTests
{
    [Fact]
    public async Task Instance_OnAGroup_IsOneForItsEndpointsAndAnotherForTheNextPlace()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Counting>("counting"),
            app =>
            {
                var group = app.MapGroup("/group").WithMiddleware("counting");
                group.MapGet("/a", () => "ok");
                group.MapGet("/b", () => "ok");
                app.MapGet("/other", () => "ok").WithMiddleware("counting");
            });

        Assert.Equal("1", await app.Client.TrailAsync("/group/a"));
        Assert.Equal("2", await app.Client.TrailAsync("/group/b"));
        Assert.Equal("1", await app.Client.TrailAsync("/other"));
    }

    [Fact]
    public async Task Instance_WithEndpointsBuiltSeveralTimes_IsMadeOnce()
    {
        var probe = new Probe();

        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(probe);
                builder.Services.AddAuthorization();
                builder.Services.AddRouteMiddleware().AddMiddleware<Probing>("probing");
            },
            app =>
            {
                app.UseAuthorization();
                app.MapGet("/", () => "ok").WithMiddleware("probing");
            });

        await app.Client.TrailAsync("/");
        Assert.Equal((1, 0), (probe.Made, probe.Disposed));

        await app.DisposeAsync();
        Assert.Equal((1, 1), (probe.Made, probe.Disposed));
    }

    [Fact]
    public async Task ContainerMiddleware_Scoped_LivesForOneRequest()
    {
        var probe = new Probe();

        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(probe);
                builder.Services.AddScoped<Probing>();
                builder.Services.AddRouteMiddleware().AddMiddleware<Probing>("probing").Use("probing");
            },
            app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", () => "ok").WithMiddleware("probing");
            });

        Assert.Equal("probing probing", await app.Client.TrailAsync("/"));
        await app.Client.TrailAsync("/");
        Assert.Equal(2, probe.Made);
    }

    [Fact]
    public async Task ConventionClass_WithServicesInInvoke_IsOnePerEndpoint()
    {
        var probe = new Probe();

        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(probe);
                builder.Services.AddRouteMiddleware().AddMiddleware<Convention, ConventionOptions>("convention");
            },
            app =>
            {
                var group = app.MapGroup("/").WithMiddleware("convention", (ConventionOptions options) => options.Text = "from the call");
                group.MapGet("/a", () => "ok");
                group.MapGet("/b", () => "ok");
            });

        Assert.Equal("from the call", await app.Client.TrailAsync("/a"));
        Assert.Equal("from the call", await app.Client.TrailAsync("/b"));
        Assert.Equal(2, probe.Made);
    }

    [Fact]
    public async Task Delegates_FactoriesAndPipelines_Run()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("pipe", app => app.Use(Trail.Step("pipe"))),
            app => app.MapGet("/", () => "ok")
                .WithMiddleware("pipe")
                .WithMiddleware(Trail.Step("function"))
                .WithMiddleware(inner => inner.Use(Trail.Step("branch")))
                .WithMiddleware(services => ActivatorUtilities.CreateInstance<Counting>(services))
                .WithMiddleware((context, next) =>
                {
                    Trail.Leave(context, "lambda");
                    return next(context);
                }));

        Assert.Equal("pipe function branch 1 lambda", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Pipeline_ThatAsksWhereTheServerListens_IsTold()
    {
        IServerAddressesFeature? addresses = null;
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", () => "ok").WithMiddleware(inner => addresses = inner.ServerFeatures.Get<IServerAddressesFeature>()));

        Assert.Equal(app.Address, new Uri(Assert.Single(addresses!.Addresses)));
    }

    [Fact]
    public async Task Instance_HoweverItImplementsTheInterface_RunsItsOwnMethod()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", () => "ok").WithMiddleware<Base>().WithMiddleware<Derived>().WithMiddleware<Explicit>().WithMiddleware<OfAnything<int>>());

        Assert.Equal("base derived explicit Int32", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task InBoxMiddleware_OnARoute_Works()
    {
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddDistributedMemoryCache().AddSession();
            },
            app => app.MapGet("/", (HttpContext context) => context.Features.Get<ISessionFeature>() is null ? "no" : "yes")
                .WithMiddleware(inner => inner.UseSession()));

        Assert.Equal("yes", await app.Client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    public sealed class Probe
    {
        public int Made { get; set; }

        public int Disposed { get; set; }
    }

    private sealed class Counting : IMiddleware
    {
        private int _count;

        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, $"{Interlocked.Increment(ref _count)}");
            return next(context);
        }
    }

    private sealed class Probing : IMiddleware, IDisposable
    {
        private readonly Probe _probe;

        public Probing(Probe probe)
        {
            _probe = probe;
            _probe.Made++;
        }

        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "probing");
            return next(context);
        }

        public void Dispose() => _probe.Disposed++;
    }

    private class Base : IMiddleware
    {
        public virtual Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "base");
            return next(context);
        }
    }

    private sealed class Derived : Base
    {
        public override Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "derived");
            return next(context);
        }
    }

    private sealed class Explicit : IMiddleware
    {
        Task IMiddleware.InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "explicit");
            return next(context);
        }
    }

    private sealed class OfAnything<T> : IMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, typeof(T).Name);
            await next(context);
        }
    }

    private sealed class ConventionOptions
    {
        public string Text { get; set; } = "";
    }

    private sealed class Convention
    {
        private readonly RequestDelegate _next;
        private readonly ConventionOptions _options;

        public Convention(RequestDelegate next, ConventionOptions options, Probe probe)
        {
            _next = next;
            _options = options;
            probe.Made++;
        }

        public Task InvokeAsync(HttpContext context, Probe probe)
        {
            Trail.Leave(context, probe is null ? "no probe" : _options.Text);
            return _next(context);
        }
    }
}
