using Microsoft.Extensions.ObjectPool;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What the reports of all limits share: the reports themselves, to be used again, and the texts that they write.</summary>
internal sealed class RateLimitReports
{
    private readonly DefaultObjectPool<RateLimitReport> _pool;

    public RateLimitReports() => _pool = new(new Policy(this));

    public RateLimitTexts Texts { get; } = new();

    public RateLimitReport Take() => _pool.Get();

    public void Return(RateLimitReport report) => _pool.Return(report);

    private sealed class Policy(RateLimitReports reports) : IPooledObjectPolicy<RateLimitReport>
    {
        public RateLimitReport Create() => new(reports);

        public bool Return(RateLimitReport obj) => true;
    }
}
