using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class LifecycleTests
{
    [Fact]
    public async Task Start_ThatIsRefused_NeverOpensThePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var opened = false;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddRouteMiddleware();
        await using var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapGet("/", () => "").WithMiddleware("unknown");
        app.Lifetime.ApplicationStarted.Register(() => opened = true);

        await Assert.ThrowsAsync<RouteMiddlewareException>(() => app.StartAsync());

        Assert.False(opened);
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task WithMiddleware_WithoutTheServices_IsRefusedByName()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();

        var onGroup = Assert.Throws<RouteMiddlewareException>(() => app.MapGroup("/").WithMiddleware("auth"));
        app.MapGet("/", () => "").WithMiddleware("auth");
        var onRoute = Assert.Throws<RouteMiddlewareException>(() => _ = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Count());
        var global = Assert.Throws<RouteMiddlewareException>(() => app.UseRouteMiddleware());

        Assert.All([onGroup, onRoute, global], error => Assert.Contains("AddRouteMiddleware()", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_AfterTheStart_AreErrorsNotSilence()
    {
        RouteGroupBuilder? group = null;
        RouteHandlerBuilder? route = null;
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("a", Trail.Step("a")),
            app =>
            {
                group = app.MapGroup("/");
                route = group.MapGet("/", () => "");
            });

        Assert.Throws<InvalidOperationException>(() => group!.WithMiddleware("a"));
        Assert.Throws<InvalidOperationException>(() => group!.WithoutMiddleware("a"));
        Assert.Throws<InvalidOperationException>(() => route!.WithMiddleware("a"));
    }

    [Fact]
    public async Task Calls_AfterTheStart_OnBuildersThatTakeThemSilently_AreErrors()
    {
        BareEndpoints? bare = null;
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("a", Trail.Step("a")),
            app => bare = BareEndpoints.Map(app, "/bare").WithMiddleware("a"));

        Assert.Equal("a", await app.Client.TrailAsync("/bare"));
        Assert.Throws<InvalidOperationException>(() => bare!.WithMiddleware("a"));
    }

    [Fact]
    public async Task Endpoints_BuiltAgainAfterTheStart_KeepTheirChainOrRefuse()
    {
        BareEndpoints? good = null;
        BareEndpoints? faulty = null;
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("a", Trail.Step("a")),
            app =>
            {
                good = BareEndpoints.Map(app, "/good").WithMiddleware("a");
                faulty = BareEndpoints.Map(app, "/faulty").WithMiddleware("a");
            });

        // What nobody could check at the start: a convention that comes later, past our calls.
        faulty!.Add(endpoint => endpoint.Metadata.OfType<PendingChain>().Single().Faults.Add("late", "Something is wrong.", ""));

        for (var round = 0; round < 3; round++)
        {
            good!.Change();
            faulty.Change();

            Assert.Equal("a", await app.Client.TrailAsync("/good"));
            using var refused = await app.Client.GetAsync(new Uri("/faulty", UriKind.Relative));
            Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        }
    }

    [Fact]
    public async Task GlobalList_InABranch_RunsThere()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("a", Trail.Step("a")).Use("a"),
            app =>
            {
                app.Map("/branch", branch => branch.UseRouteMiddleware().Run(context => context.Response.WriteAsync("branch")));
                app.MapGet("/", () => "");
            });

        Assert.Equal("a", await app.Client.TrailAsync("/branch"));
        Assert.Equal("", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task Endpoints_WithManyReaders_AreBuiltOnce()
    {
        var built = 0;
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddAuthorization();
                builder.Services.AddRouteMiddleware();
            },
            app =>
            {
                app.UseAuthorization();
                ((IEndpointConventionBuilder)app.MapGroup("/").MapGet("/", () => "")).Add(_ => built++);
            });

        await app.Client.GetStringAsync(new Uri("/", UriKind.Relative));
        _ = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;

        Assert.Equal(1, built);
    }

    [Fact]
    public async Task Metadata_OfAnEndpoint_ListsItsAttachmentsInOrder()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("a", Trail.Step("a")).AddMiddleware<Sized, SizedOptions>("sized"),
            app => app.MapGroup("/").WithMiddleware("a", "sized:3").MapGet("/", () => "").WithoutMiddleware("a").WithMiddleware<Sized>());

        var attachments = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0].Metadata.GetOrderedMetadata<IRouteMiddlewareMetadata>();

        Assert.Equal(
            [("a", null, false), ("sized", "3", false), ("a", null, true), (typeof(Sized).FullName!, null, false)],
            attachments.Select(attachment => (attachment.Name, attachment.Argument, attachment.IsExclusion)));
        Assert.All(attachments, attachment => Assert.StartsWith("LifecycleTests.cs:", attachment.Origin, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Contributor_OnAnEndpoint_DescribesIt()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware<Describing>("describing"),
            app => app.MapGet("/", () => "").WithMiddleware("describing"));

        var endpoint = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints[0];

        Assert.Contains(endpoint.Metadata, item => item is "described");
    }

    private sealed class Describing : IMiddleware, IEndpointContributor
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public void Contribute(EndpointBuilder endpointBuilder) => endpointBuilder.Metadata.Add("described");
    }
}
