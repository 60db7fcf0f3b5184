using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.TrustedHost;

internal static class TrustedHostRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<TrustedHostMiddleware, TrustedHostOptions>("trusted_host", section: "TrustedHost");
        builder.Services.TryAddSingleton<TrustedHostMetrics>();
    }
}
