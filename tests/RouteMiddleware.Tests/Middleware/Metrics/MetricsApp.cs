using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Metrics;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Metrics;

/// <summary>An application with <c>metrics</c> in the global list, and its page.</summary>
internal static class MetricsApp
{
    public static Task<TestApp> StartAsync(
        Action<WebApplication>? map = null,
        Action<WebApplication>? before = null,
        Action<MetricsOptions>? configure = null,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        TimeProvider? clock = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clock ?? TimeProvider.System);
                builder.Services.AddRouteMiddleware().Use("metrics");
            },
            app =>
            {
                before?.Invoke(app);
                app.UseRouteMiddleware();
                app.MapMetrics("/metrics", configure);
                app.MapGet("/orders/{id:int}", static (int id) => id);
                app.MapPost("/orders", static () => Results.Created());
                app.MapGet("/broken", static string () => throw new InvalidOperationException("broken"));
                map?.Invoke(app);
            },
            settings);

    public static Task<string> ScrapeAsync(this TestApp app, string accept = "text/plain;version=0.0.4")
        => app.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri("/metrics", UriKind.Relative)) { Headers = { { "Accept", accept } } });

    public static async Task<string> SendAsync(this TestApp app, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await app.Client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }

    public static async Task<int> GetAsync(this TestApp app, string path, string method = "GET")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await app.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>How many requests were counted, by method, route and status.</summary>
    public static string[] Counted(IEnumerable<PrometheusSample> samples) =>
    [
        .. samples
            .Where(static sample => sample.Name == "http_server_request_duration_seconds_count" && sample["http_route"] != "/metrics")
            .Select(static sample => $"{sample["http_request_method"]} {sample["http_route"]} {sample["http_response_status_code"]} {sample.Value}")
            .Order(StringComparer.Ordinal),
    ];
}
