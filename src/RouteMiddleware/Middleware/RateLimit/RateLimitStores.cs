using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The stores that the application registered, and the names under which its limits count there. Nothing of them is made before a limit asks.</summary>
internal sealed class RateLimitStores(IServiceProvider services, TimeProvider clock, ILogger<RateLimitStores> logger, IHostEnvironment? environment = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, WatchedStore> _stores = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<object>> _places = new(StringComparer.Ordinal);

    /// <summary>The store of a name.</summary>
    /// <returns>The store, or what is wrong.</returns>
    public (WatchedStore? Store, string? Fault) Find(string? name)
    {
        lock (_lock)
        {
            if (_stores.Count == 0)
            {
                foreach (var store in services.GetServices<IRateLimitStore>())
                {
                    _stores[store.Name] = new WatchedStore(store, clock, logger);
                }
            }

            if (!_stores.TryGetValue(name ?? string.Empty, out var found))
            {
                return (null, Unknown(name));
            }

            return found.Store.Fault is { } fault ? (null, $"('{name}') can't be used: {fault}") : (found, null);
        }
    }

    /// <summary>
    /// The name under which an attachment counts: the same on all instances and after every start. Two attachments have different ones, unless the application gave both the
    /// same <see cref="RateLimitOptions.Name"/>.
    /// </summary>
    public string IdOf(RateLimitOptions options, string partitionBy)
    {
        // With other values of these a limit could not read what another one wrote, or would free what that still counts.
        var kind = options.Algorithm == RateLimitAlgorithm.Concurrency ? $"Concurrency {options.Cost}" : $"{options.Algorithm} {options.Window.Ticks}";
        var rest = $"{kind} {options.Count} {partitionBy}";

        if (options.Name is { } name)
        {
            return $"{name}:{Hash(rest)}";
        }

        // Two that take another number of permits for a request can't go on with each other's counts, in whatever order they stand after the next start.
        var cost = options.Cost == 1 ? "" : $" {options.Cost}";
        var text = $"{environment?.ApplicationName}\n{options.Place}\n{rest}{cost}";
        return Hash($"{text}\n{OrdinalOf(text, (object?)options.Place ?? this)}");
    }

    // Two limits at one place that are alike in all that counts: their order tells them apart.
    private int OrdinalOf(string text, object place)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(text, out var places))
            {
                _places.Add(text, places = []);
            }

            if (!places.Contains(place))
            {
                places.Add(place);
            }

            return places.IndexOf(place);
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    private string Unknown(string? name)
        => _stores.Count == 0
            ? $"('{name}') must be {RateLimitOptions.MemoryStore}, the only store that is there: call AddRedis() of RouteMiddleware.Contrib.Redis to bring 'redis'."
            : $"('{name}') must be {RateLimitOptions.MemoryStore} or {string.Join(", ", _stores.Keys)}. {NearestName.Advice(name ?? string.Empty, _stores.Keys.Append(RateLimitOptions.MemoryStore))}";
}
