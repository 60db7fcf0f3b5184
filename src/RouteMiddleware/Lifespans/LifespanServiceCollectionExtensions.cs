using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RouteMiddleware;
using RouteMiddleware.Lifespans;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers resources that are up while the application serves.</summary>
public static class LifespanServiceCollectionExtensions
{
    // Neither singleton, nor scoped, nor transient: of those, the container keeps what a factory returned, and disposes of it a second time, in its own order and only
    // until one of them throws. What has no lifetime that it knows is handed out and forgotten.
    private const ServiceLifetime HandedOut = (ServiceLifetime)int.MaxValue;

    /// <summary>
    /// Registers a resource: started in the order of registration before any hosted service and before the port opens, stopped in the reverse order after the last request.
    /// Handlers get it by its type, or by type and name (<c>[FromKeyedServices(name)]</c>); of several with one type, the last is the one without a name.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The resource's name, for messages and as its key.</param>
    /// <param name="start">Makes the resource. It may ask for resources registered before.</param>
    /// <param name="stop">Stops it. Default: it is disposed of, where it can be. With a delegate, disposing is the delegate's business.</param>
    /// <typeparam name="TResource">The type under which handlers get it.</typeparam>
    /// <returns><paramref name="services"/>, for chaining.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static IServiceCollection AddLifespan<TResource>(
        this IServiceCollection services,
        string name,
        Func<IServiceProvider, CancellationToken, Task<TResource>> start,
        Func<TResource, CancellationToken, Task>? stop = null)
        where TResource : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(start);

        var entry = new ResourceEntry<TResource>(name, start, stop);
        LifespanList.Of(services).Add(entry);
        services.Add(new(typeof(TResource), _ => entry.Resource, HandedOut));
        services.Add(new(typeof(TResource), name, (_, _) => entry.Resource, HandedOut));
        return services;
    }

    /// <summary>Registers a class of the application's own as a singleton that is started and stopped with the application, in the order of registration.</summary>
    /// <param name="services">The application's services.</param>
    /// <typeparam name="TLifespan">The class. Registered twice, it counts once.</typeparam>
    /// <returns><paramref name="services"/>, for chaining.</returns>
    public static IServiceCollection AddLifespan<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TLifespan>(this IServiceCollection services)
        where TLifespan : class, ILifespan
    {
        ArgumentNullException.ThrowIfNull(services);

        var list = LifespanList.Of(services);
        services.TryAddSingleton<TLifespan>();

        if (!list.Entries.Any(static entry => entry is ServiceEntry<TLifespan>))
        {
            list.Add(new ServiceEntry<TLifespan>());
        }

        return services;
    }
}
