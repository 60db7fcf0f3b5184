using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RouteMiddleware.Testing;

/// <summary>Records what runs in a host that a test makes itself.</summary>
public static class MiddlewareRecordServiceCollectionExtensions
{
    /// <summary>
    /// Records which middleware each request comes to. For test hosts alone: each answer carries a header (<c>X-Test-Middleware-Record</c>) by which
    /// <see cref="MiddlewareRecordHttpResponseMessageExtensions.Middleware"/> finds its record, and every chain is measured.
    /// </summary>
    /// <param name="services">The services of the test host.</param>
    /// <returns><paramref name="services"/>, for chaining.</returns>
    public static IServiceCollection AddMiddlewareRecord(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.TryAddSingleton<MiddlewareRecorder>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMiddlewareObserver, MiddlewareRecorder>(static provider => provider.GetRequiredService<MiddlewareRecorder>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, RecordStartupFilter>());
        return services;
    }
}
