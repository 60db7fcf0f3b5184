using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RouteMiddleware;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Redis.Connections;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what RouteMiddleware keeps in Redis.</summary>
public static class RedisRouteMiddlewareBuilderExtensions
{
    /// <summary>Brings <c>Store: redis</c> for <c>rate_limit</c> and <c>cache</c>, and the connection (settings: <c>RouteMiddleware:Redis</c>).</summary>
    /// <param name="builder">The builder that <c>AddRouteMiddleware()</c> returned.</param>
    /// <param name="configuration">Where Redis is; the settings win over it. Default: as the settings say, or a registered <c>IConnectionMultiplexer</c>.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteMiddlewareBuilder AddRedis(this RouteMiddlewareBuilder builder, string? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        if (configuration is not null)
        {
            builder.AddSection<RedisOptions>("Redis", options => options.Configuration = configuration);
        }

        return builder.AddRedisConnection();
    }

    /// <summary>Brings the connection alone (<see cref="IRedisConnection"/>; settings: <c>RouteMiddleware:Redis</c>), for packages that keep something in Redis. Nothing of it is loaded before it is used.</summary>
    /// <param name="builder">The builder that <c>AddRouteMiddleware()</c> returned.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteMiddlewareBuilder AddRedisConnection(this RouteMiddlewareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.AddSection<RedisOptions>("Redis");
        builder.Services.TryAddSingleton<RedisUse>();
        builder.Services.TryAddSingleton<IRedisConnection, RedisConnection>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RedisStart>());
        return builder;
    }
}
