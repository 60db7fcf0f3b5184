using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>Whether there is a Redis to talk to, found out without loading its client.</summary>
internal static class RedisPresence
{
    public static bool IsConfigured(IServiceProvider services)
        => !string.IsNullOrWhiteSpace(services.GetRequiredService<ISharedOptions>().Get<RedisOptions>("Redis").Configuration)
            || services.GetRequiredService<RouteMiddlewareBuilder>().Services.Any(static service => !service.IsKeyedService && service.ServiceType.FullName == "StackExchange.Redis.IConnectionMultiplexer");
}
