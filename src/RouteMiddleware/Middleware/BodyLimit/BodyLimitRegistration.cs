using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.BodyLimit;

internal static class BodyLimitRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<BodyLimitMiddleware, BodyLimitOptions>("body_limit", section: "BodyLimit");
        builder.Services.TryAddSingleton<BodyLimitMetrics>();
    }
}
