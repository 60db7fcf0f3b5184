using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Metrics;

internal static class MetricsRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<MetricsMiddleware, MetricsOptions>("metrics", section: "Metrics");
        builder.Services.TryAddSingleton<RequestMetrics>();
        builder.Services.TryAddSingleton<MetricsExports>();
        builder.Services.AddSingleton<MetricsFaults>();
        builder.Services.AddSingleton<ICheckEndpoints>(static services => services.GetRequiredService<MetricsFaults>());
    }
}
