using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>
/// Finds data protection: the application's own where it registered one, else one made here. It isn't registered beforehand because it reads and
/// writes keys when the application starts, which an application with a secret has no use for.
/// </summary>
internal sealed class DataProtectionSource(IServiceProvider services) : IDisposable
{
    private readonly Lazy<ServiceProvider> _own = new(() => CreateOwn(services));

    public IDataProtectionProvider Provider
        => services.GetService<IDataProtectionProvider>() ?? _own.Value.GetRequiredService<IDataProtectionProvider>();

    public void Dispose()
    {
        if (_own.IsValueCreated)
        {
            _own.Value.Dispose();
        }
    }

    private static ServiceProvider CreateOwn(IServiceProvider services)
    {
        var own = new ServiceCollection();

        if (services.GetService<ILoggerFactory>() is { } loggers)
        {
            own.AddSingleton(loggers);
        }

        // As data protection itself does: applications of one machine don't read each other's cookies.
        own.AddDataProtection().SetApplicationName(services.GetService<IHostEnvironment>()?.ContentRootPath ?? AppContext.BaseDirectory);
        return own.BuildServiceProvider();
    }
}
