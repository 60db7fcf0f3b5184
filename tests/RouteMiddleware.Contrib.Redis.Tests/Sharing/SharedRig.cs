using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Sharing;

/// <summary>Instances of one application on one Redis.</summary>
internal sealed class SharedRig : IAsyncDisposable
{
    private readonly List<TestApp> _apps = [];

    private SharedRig(RedisServer server) => Server = server;

    public RedisServer Server { get; }

    public static async Task<SharedRig> StartAsync() => new(await RedisServer.StartAsync());

    public static async Task<HttpStatusCode> GetAsync(TestApp app, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);

        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    public async Task<TestApp> StartAppAsync(params (string Key, string Value)[] settings)
    {
        var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddRedis(),
            static app =>
            {
                app.MapGet("/open", static () => "open").WithMiddleware("maintenance");
                app.MapGet("/own", static () => "own").WithMiddleware("auth");
            },
            [
                new("RouteMiddleware:Redis:Configuration", Server.Configuration),
                new("RouteMiddleware:Auth:Secret", "base64:Wv0nMlXv0o3aYTnY8pQ4r4jWm1Kq2l7Zb6c9T5sXhUE="),
                .. settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)),
            ]);

        _apps.Add(app);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}

internal static class SharedRigExtensions
{
    public static IMaintenanceSwitch Switch(this TestApp app) => app.App.Services.GetRequiredService<IMaintenanceSwitch>();

    public static IJwtDenyList DenyList(this TestApp app) => app.App.Services.GetRequiredService<IJwtDenyList>();

    public static string Issue(this TestApp app, string jti)
        => app.App.Services.GetRequiredService<IJwtIssuer>().Issue([new Claim("sub", "1"), new Claim("jti", jti)], TimeSpan.FromHours(1));

    /// <summary>Waits until an instance answers with a status.</summary>
    public static Task AnswersAsync(this TestApp app, HttpStatusCode expected, string path, string? token = null)
        => Eventually.HoldsAsync(async () => await SharedRig.GetAsync(app, path, token) == expected);
}
