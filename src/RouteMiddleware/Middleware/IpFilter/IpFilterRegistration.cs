using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.IpFilter;

internal static class IpFilterRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.Services.TryAddSingleton<IpFilterMetrics>();
        builder.AddMiddleware<IpFilterMiddleware, IpFilterOptions>("ip_filter", section: "IpFilter");
    }
}
