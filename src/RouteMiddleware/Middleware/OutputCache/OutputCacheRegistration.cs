using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Middleware.OutputCache;

internal static class OutputCacheRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        // The store, which an application that calls this again, or that brings a store of its own, shares with us. Made at its first use.
        builder.Services.AddOutputCache();
        builder.AddMiddleware<OutputCacheMiddleware, OutputCacheOptions>("output_cache", section: "OutputCache");
    }
}
