using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

/// <summary>An application with an explorer, and what its page would read.</summary>
internal static class ExplorerApp
{
    public static Task<TestApp> StartAsync(
        Action<WebApplication> app,
        Action<RouteMiddlewareBuilder>? middleware = null,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        string environment = "Development",
        Action<WebApplicationBuilder>? services = null)
        => TestApp.StartAsync(
            builder =>
            {
                services?.Invoke(builder);
                middleware?.Invoke(builder.Services.AddRouteMiddleware());
                builder.Services.AddRouteMiddleware();
            },
            app,
            settings,
            environment);

    public static async Task<JsonElement> ReadAsync(this TestApp app, string path)
    {
        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {(int)response.StatusCode}.");
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public static async Task<int> NumberOfAsync(this TestApp app, string name)
        => (await app.ReadAsync("/_middleware/model")).GetProperty("routes").EnumerateArray().Select(static route => route.GetProperty("name").GetString()).ToList().IndexOf(name);

    public static async Task GetAsync(this TestApp app, string path, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
        }
    }
}
