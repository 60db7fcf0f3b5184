using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Maintenance;

/// <summary>An application that stands behind <c>maintenance</c>, on a clock that tests move.</summary>
internal sealed class MaintenanceApp : IAsyncDisposable
{
    private MaintenanceApp(TestApp app, ManualClock clock)
    {
        App = app;
        Clock = clock;
        Switch = app.App.Services.GetRequiredService<IMaintenanceSwitch>();
    }

    public TestApp App { get; }

    public ManualClock Clock { get; }

    public IMaintenanceSwitch Switch { get; }

    /// <param name="settings">The values of the section <c>Maintenance</c>: <c>Enabled=true, Message=…</c>.</param>
    /// <param name="map">Maps more than the routes that answer with their path.</param>
    public static async Task<MaintenanceApp> StartAsync(string settings = "", Action<WebApplication>? map = null)
    {
        var clock = new ManualClock();
        var values = settings.Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(static setting => setting.Split('=', 2))
            .ToDictionary(static pair => $"RouteMiddleware:Maintenance:{pair[0]}", static string? (pair) => pair[1], StringComparer.Ordinal);
        values["RouteMiddleware:Middleware:0"] = "maintenance";

        var app = await TestApp.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(clock).AddRouteMiddleware(),
            app =>
            {
                // A socket of the loopback interface plays all callers.
                app.Use(static (context, next) =>
                {
                    var peer = context.Request.Headers["Test-Peer"].ToString();
                    context.Connection.RemoteIpAddress = peer is "none" or "" ? null : IPAddress.Parse(peer);
                    return next(context);
                });
                app.UseRouteMiddleware();
                map?.Invoke(app);
                app.MapGet("/{**path}", static (string? path) => $"/{path}");
            },
            values);

        return new(app, clock);
    }

    public async Task<HttpResponseMessage> GetAsync(string path = "/orders", string peer = "198.51.100.1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Test-Peer", peer } } };
        return await App.Client.SendAsync(request);
    }

    public async Task<HttpStatusCode> StatusAsync(string path = "/orders", string peer = "198.51.100.1")
    {
        using var response = await GetAsync(path, peer);
        return response.StatusCode;
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
