using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Cors;

internal static class CorsRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<CorsMiddleware, CorsOptions>("cors", section: "Cors");

        // The in-box service; it adds nothing that is there already, and nobody has to call UseCors.
        builder.Services.AddCors();
        builder.Services.TryAddSingleton<CorsMetrics>();
    }
}
