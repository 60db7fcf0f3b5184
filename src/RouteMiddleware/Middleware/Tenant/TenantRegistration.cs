using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Tenant;

internal static class TenantRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.Services.TryAddSingleton<TenantMetrics>();
        builder.AddMiddleware<TenantMiddleware, TenantOptions>("tenant", section: "Tenant");
    }
}
