using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What all attachments share, and what outlives their reloads.</summary>
internal sealed class CacheServices(
    ICacheStore store,
    long sizeLimit,
    FillTable fills,
    CacheMetrics metrics,
    TimeProvider clock,
    ILogger logger,
    Lazy<IReadOnlyList<IRouteCacheStore>>? shared = null)
{
    private readonly ConcurrentDictionary<string, IRouteCacheStore> _used = new(StringComparer.Ordinal);

    /// <summary>The application's own store.</summary>
    public ICacheStore Store { get; } = store;

    public long SizeLimit { get; } = sizeLimit;

    public FillTable Fills { get; } = fills;

    public CacheMetrics Metrics { get; } = metrics;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = logger;

    public CacheTrouble Trouble { get; } = new(clock, logger);

    /// <summary>The stores of many instances among which options choose: made when the first of them may be asked for, and never for those who keep answers in memory.</summary>
    public IReadOnlyList<IRouteCacheStore> SharedFor(CacheOptions options) => options.IsInMemory ? [] : shared?.Value ?? [];

    /// <summary>Those of them that some cache keeps its answers in, or kept.</summary>
    public IEnumerable<IRouteCacheStore> Used => _used.Values;

    /// <summary>The store that the options name; they are checked.</summary>
    public ICacheStore Open(CacheOptions options)
    {
        if (options.FindShared(SharedFor(options)) is not { } found)
        {
            return Store;
        }

        _used.TryAdd(found.Name, found);
        return new SharedCacheStore(found, options.StoreTimeout, Clock, Trouble);
    }
}
