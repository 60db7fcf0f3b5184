using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Names the middleware for lists and calls.</summary>
internal static class CacheRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        builder.AddMiddleware<CacheMiddleware, CacheOptions>("cache", section: "Cache");
        builder.Services.TryAddSingleton(static services =>
        {
            var clock = services.GetRequiredService<TimeProvider>();
            var limit = services.GetRequiredService<ISharedOptions>().Get<CacheOptions>("cache").SizeLimit;

            return new CacheServices(
                new MemoryCacheStore(clock, limit),
                limit,
                new FillTable(),
                new CacheMetrics(services.GetService<IMeterFactory>()),
                clock,
                services.GetRequiredService<ILogger<CacheMiddleware>>(),
                [.. services.GetServices<IRouteCacheStore>()]);
        });
        builder.Services.TryAddSingleton<IRouteCache>(static services => new RouteCache(services.GetRequiredService<CacheServices>()));
    }
}
