using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class SharedOptionsTests
{
    [Fact]
    public async Task ServiceThatAConstructorAsks_DuringAReload_SeesTheNewOptions()
    {
        await using var app = await StartAsync();
        Assert.Equal("1=1", await app.Client.TrailAsync("/"));

        app.Edit((ReloadApp.Version, "2"));

        Assert.Equal("2=2", await app.Client.TrailAsync("/"));
    }

    [Fact]
    public async Task OptionsOfARefusedReload_AreSeenByNobodyAfterwards()
    {
        await using var app = await StartAsync();
        var shared = app.App.Services.GetRequiredService<ISharedOptions>();
        var reloads = 0;
        shared.Reloaded += (_, _) => reloads++;

        app.Edit((ReloadApp.Version, "2"), ("RouteMiddleware:Sized:Size", "0"));
        Assert.Equal((1, 0), (shared.Get<ReloadApp.VersionOptions>("asking").Number, reloads));

        app.Edit(("RouteMiddleware:Sized:Size", "5"));
        Assert.Equal((2, 1), (shared.Get<ReloadApp.VersionOptions>("asking").Number, reloads));
    }

    [Fact]
    public async Task ListenerThatFails_KeepsNeitherTheOthersNorTheReloadFromGoingOn()
    {
        await using var app = await StartAsync();
        var shared = app.App.Services.GetRequiredService<ISharedOptions>();
        var seen = 0;
        shared.Reloaded += static (_, _) => throw new InvalidOperationException("not today");
        shared.Reloaded += (_, _) => seen = shared.Get<ReloadApp.VersionOptions>("asking").Number;

        app.Edit((ReloadApp.Version, "2"));

        Assert.Equal(("2=2", 2), (await app.Client.TrailAsync("/"), seen));
        Assert.Single(app.Logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "ListenerFailed" });
    }

    private static Task<TestApp> StartAsync() => ReloadApp.StartAsync(
        static app =>
        {
            app.MapGet("/", static () => "").WithMiddleware("asking");
            app.MapGet("/sized", static () => "").WithMiddleware("sized");
        },
        [new(ReloadApp.Version, "1")],
        static builder =>
        {
            builder.Services.AddSingleton<Service>();
            builder.Services.AddRouteMiddleware().AddMiddleware<Asking, ReloadApp.VersionOptions>("asking", section: "Version");
        });

    private sealed class Service(ISharedOptions shared)
    {
        public int Number => shared.Get<ReloadApp.VersionOptions>("asking").Number;
    }

    private sealed class Asking(ReloadApp.VersionOptions options, Service service) : IMiddleware
    {
        private readonly string _seen = $"{options.Number}={service.Number}";

        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, _seen);
            return next(context);
        }
    }
}
