using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Lifespans;

/// <summary>What was registered, in the order of registration; one list for each application.</summary>
internal sealed class LifespanList
{
    private readonly List<LifespanEntry> _entries = [];

    public IReadOnlyList<LifespanEntry> Entries => _entries;

    public static LifespanList Of(IServiceCollection services)
    {
        if (services.FirstOrDefault(static service => service.ServiceType == typeof(LifespanList))?.ImplementationInstance is LifespanList known)
        {
            return known;
        }

        var list = new LifespanList();
        services.AddSingleton(list);
        services.TryAddSingleton(TimeProvider.System);
        services.AddTransient<LifespanGuard>();
        services.AddSingleton<LifespanRunner>();

        // The first of all hosted services: it starts before them, and what they still use is stopped after them.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, LifespanService>());
        return list;
    }

    public void Add(LifespanEntry entry)
    {
        if (_entries.Exists(known => string.Equals(known.Name, entry.Name, StringComparison.Ordinal)))
        {
            throw new ArgumentException($"A resource '{entry.Name}' is registered already. Give each its own name.", nameof(entry));
        }

        _entries.Add(entry);
    }
}
