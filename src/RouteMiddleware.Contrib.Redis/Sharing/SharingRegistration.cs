using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Maintenance;

namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>Puts the switch and the deny list of all instances in place of those of one process, where the application has none of its own and a Redis is there.</summary>
internal static class SharingRegistration
{
    public static void Add(RouteMiddlewareBuilder builder)
    {
        var services = builder.Services;

        if (services.Any(static service => service.ServiceType == typeof(RedisFollower)))
        {
            return;
        }

        Replace<IMaintenanceSwitch>(services, (provider, own) => new SharedMaintenance(own, provider.GetRequiredService<IRedisConnection>(), provider.GetRequiredService<ISharedOptions>()));
        Replace<IJwtDenyList>(services, (provider, _) => new SharedDenyList(provider.GetRequiredService<IRedisConnection>(), provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton(provider => new RedisFollower(
            () => [.. provider.GetServices<Followed>()],
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisFollower>>()));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<RedisFollower>());
    }

    private static void Replace<T>(IServiceCollection services, Func<IServiceProvider, T, T> share)
        where T : class
    {
        // One that the application brought stays.
        if (services.LastOrDefault(static service => service.ServiceType == typeof(T) && !service.IsKeyedService) is not { } descriptor
            || (descriptor.ImplementationType ?? descriptor.ImplementationFactory?.Method.DeclaringType)?.Assembly != typeof(T).Assembly)
        {
            return;
        }

        services.AddSingleton(provider => new Followed<T>(() =>
        {
            var own = (T)(descriptor.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!));
            return RedisPresence.IsConfigured(provider) ? share(provider, own) : own;
        }));
        services.AddSingleton<Followed>(static provider => provider.GetRequiredService<Followed<T>>());
        services.Replace(ServiceDescriptor.Singleton(static provider => provider.GetRequiredService<Followed<T>>().Use()));
    }
}
