using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Maintenance;

internal static class MaintenanceRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.Services.TryAddSingleton<MaintenanceMetrics>();
        builder.Services.TryAddSingleton<MaintenanceSwitch>();
        builder.Services.TryAddSingleton<IMaintenanceSwitch>(static services => services.GetRequiredService<MaintenanceSwitch>());
        builder.AddMiddleware<MaintenanceMiddleware, MaintenanceOptions>("maintenance", section: "Maintenance");
    }
}
