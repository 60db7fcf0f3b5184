using System.Diagnostics.CodeAnalysis;
using RouteMiddleware;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers resources that are up while the application serves.</summary>
public static class LifespanRouteMiddlewareBuilderExtensions
{
    /// <summary>
    /// Registers a resource: started in the order of registration before any hosted service and before the port opens, stopped in the reverse order after the last request.
    /// Handlers get it by its type, or by type and name (<c>[FromKeyedServices(name)]</c>); of several with one type, the last is the one without a name.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The resource's name, for messages and as its key.</param>
    /// <param name="start">Makes the resource. It may ask for resources registered before.</param>
    /// <param name="stop">Stops it. Default: it is disposed of, where it can be. With a delegate, disposing is the delegate's business.</param>
    /// <typeparam name="TResource">The type under which handlers get it.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static RouteMiddlewareBuilder AddLifespan<TResource>(
        this RouteMiddlewareBuilder builder,
        string name,
        Func<IServiceProvider, CancellationToken, Task<TResource>> start,
        Func<TResource, CancellationToken, Task>? stop = null)
        where TResource : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddLifespan(name, start, stop);
        return builder;
    }

    /// <summary>Registers a class of the application's own as a singleton that is started and stopped with the application, in the order of registration.</summary>
    /// <param name="builder">The builder.</param>
    /// <typeparam name="TLifespan">The class. Registered twice, it counts once.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteMiddlewareBuilder AddLifespan<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TLifespan>(this RouteMiddlewareBuilder builder)
        where TLifespan : class, ILifespan
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddLifespan<TLifespan>();
        return builder;
    }
}
