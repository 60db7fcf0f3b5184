using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Lifespans;

/// <summary>An <see cref="ILifespan"/> of the container, which makes it and disposes of it.</summary>
internal sealed class ServiceEntry<TLifespan>() : LifespanEntry(typeof(TLifespan).Name, typeof(TLifespan))
    where TLifespan : class, ILifespan
{
    private TLifespan? _lifespan;

    protected override Task StartCoreAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        _lifespan = services.GetRequiredService<TLifespan>();
        return _lifespan.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken) => _lifespan!.StopAsync(cancellationToken);
}
