using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What all attachments share, and what outlives their reloads.</summary>
internal sealed class CacheServices(ICacheStore store, long sizeLimit, FillTable fills, CacheMetrics metrics, TimeProvider clock, ILogger logger)
{
    public ICacheStore Store { get; } = store;

    public long SizeLimit { get; } = sizeLimit;

    public FillTable Fills { get; } = fills;

    public CacheMetrics Metrics { get; } = metrics;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = logger;
}
