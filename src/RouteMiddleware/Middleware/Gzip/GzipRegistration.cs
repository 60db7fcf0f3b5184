using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Middleware.Gzip;

internal static class GzipRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<GzipMiddleware, GzipOptions>("gzip", section: "Gzip");
        builder.Services.TryAddSingleton<EncoderMemory>();
    }
}
