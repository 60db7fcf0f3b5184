using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Pipeline;

/// <summary>Knows which services live for one request only, so that nothing that is made once can capture one.</summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    // Read after the container was built: the collection no longer changes then.
    private readonly Lazy<HashSet<Type>> _scoped = new(() => [.. services
        .Where(static service => service.Lifetime == ServiceLifetime.Scoped && !service.IsKeyedService)
        .Select(static service => service.ServiceType)]);

    public IEnumerable<Type> ScopedNeedsOf([DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] Type type)
        => type.GetConstructors() is [var only]
            ? only.GetParameters().Select(static parameter => parameter.ParameterType).Where(needed => _scoped.Value.Contains(needed) || (needed.IsGenericType && _scoped.Value.Contains(needed.GetGenericTypeDefinition())))
            : [];
}
