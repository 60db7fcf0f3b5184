using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Middleware.AccessLog;

internal static class AccessLogRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.Services.TryAddSingleton<AccessLogMetrics>();
        builder.Services.TryAddSingleton<AccessLogFiles>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AccessLogShutdown>());
        builder.AddMiddleware<AccessLogMiddleware, AccessLogOptions>("access_log", section: "AccessLog");
    }
}
