using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.ErrorMonitoring;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.ErrorMonitoring;

/// <summary>An application with <c>error_monitoring</c> in the global list.</summary>
internal static class ErrorMonitoringApp
{
    public static Task<TestApp> StartAsync(
        AlertSink? sink = null,
        string settings = "",
        TimeProvider? clock = null,
        Action<WebApplication>? before = null,
        Action<WebApplication>? map = null,
        Action<IServiceCollection>? services = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(clock ?? TimeProvider.System);
                builder.Services.AddRouteMiddleware().Use("error_monitoring");
                services?.Invoke(builder.Services);

                if (sink is not null)
                {
                    builder.Services.AddSingleton<IAlertSink>(sink);
                }
            },
            app =>
            {
                before?.Invoke(app);
                app.UseRouteMiddleware();
                app.MapGet("/status/{code:int}", static (int code) => Results.StatusCode(code));
                app.MapGet("/fail", static string () => throw new InvalidOperationException("secret of the message"));
                map?.Invoke(app);
            },
            settings
                .Split(", ", StringSplitOptions.RemoveEmptyEntries)
                .Select(static setting => setting.Split('=', 2))
                .Select(static pair => KeyValuePair.Create($"RouteMiddleware:ErrorMonitoring:{pair[0]}", (string?)pair[1])));

    public static async Task<int> GetAsync(this TestApp app, string path, int times = 1)
    {
        var status = 0;

        for (var i = 0; i < times; i++)
        {
            using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
            status = (int)response.StatusCode;
        }

        return status;
    }
}
