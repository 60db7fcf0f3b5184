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
            var options = services.GetRequiredService<ISharedOptions>().Get<CacheOptions>("cache");

            var created = new CacheServices(
                new MemoryCacheStore(clock, options.SizeLimit),
                options.SizeLimit,
                new FillTable(),
                new CacheMetrics(services.GetService<IMeterFactory>()),
                clock,
                services.GetRequiredService<ILogger<CacheMiddleware>>(),
                new(() => [.. services.GetServices<IRouteCacheStore>()]));

            // An application that keeps no answers itself evicts those of its siblings.
            created.Open(options);
            return created;
        });
        builder.Services.TryAddSingleton<IRouteCache>(static services => new RouteCache(services.GetRequiredService<CacheServices>()));
    }
}
