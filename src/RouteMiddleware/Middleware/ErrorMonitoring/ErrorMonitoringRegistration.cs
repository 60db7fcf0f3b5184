using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

internal static class ErrorMonitoringRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<ErrorMonitoringMiddleware, ErrorMonitoringOptions>("error_monitoring", section: "ErrorMonitoring");
        builder.Services.TryAddSingleton<AlertDelivery>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IAlertSink, LogAlertSink>());
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<AlertDelivery>());
    }
}
