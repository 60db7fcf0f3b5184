using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What a request's answer tells of its limits: of several the tightest. One for each request, used again after its headers went out.</summary>
internal sealed class RateLimitReport
{
    private static readonly Func<object, Task> WriteHeaders = static state => ((RateLimitReport)state).Write();

    private readonly ObjectPool<RateLimitReport> _pool;
    private HttpContext? _context;
    private RateLimitMiddleware? _limit;
    private bool _hasX;
    private bool _hasDraft;
    private bool _isRefused;
    private int _remaining;
    private int _requestsLeft;
    private long _freeAt;

    private RateLimitReport(ObjectPool<RateLimitReport> pool) => _pool = pool;

    public static ObjectPool<RateLimitReport> CreatePool()
    {
        var policy = new Policy();
        return policy.Pool = new DefaultObjectPool<RateLimitReport>(policy);
    }

    /// <summary>Tells of one more limit.</summary>
    public static void Add(HttpContext context, RateLimitMiddleware limit, in RateDecision decision)
    {
        var report = context.Features.Get<RateLimitReport>();

        // A report of another context is one that went out and serves another request by now.
        if (report is null || !ReferenceEquals(report._context, context))
        {
            report = limit.Reports.Get();
            report.Begin(context);
        }

        report.Note(limit, decision);
    }

    /// <summary>Tells of permits that came back.</summary>
    public static void Update(HttpContext context, RateLimitMiddleware limit, in RateDecision decision)
    {
        if (context.Features.Get<RateLimitReport>() is { } report && ReferenceEquals(report._context, context) && ReferenceEquals(report._limit, limit))
        {
            (report._remaining, report._freeAt) = (decision.Remaining, decision.FreeAt);
        }
    }

    private void Begin(HttpContext context)
    {
        (_context, _limit, _hasX, _hasDraft, _isRefused, _requestsLeft) = (context, null, false, false, false, int.MaxValue);
        context.Features.Set(this);

        // Headers that are set right away are lost where an exception handler clears the answer.
        context.Response.OnStarting(WriteHeaders, this);
    }

    private void Note(RateLimitMiddleware limit, in RateDecision decision)
    {
        _hasX |= limit.Headers is RateLimitHeaders.X or RateLimitHeaders.Both;
        _hasDraft |= limit.Headers is RateLimitHeaders.Draft or RateLimitHeaders.Both;

        var requestsLeft = decision.Remaining / limit.Rule.Cost;
        var isTighter = _limit is null
            || requestsLeft < _requestsLeft
            || (requestsLeft == _requestsLeft && decision.FreeAt > _freeAt);

        if (_isRefused || (decision.IsAdmitted && !isTighter))
        {
            return;
        }

        (_limit, _isRefused, _remaining, _requestsLeft, _freeAt) = (limit, !decision.IsAdmitted, decision.Remaining, requestsLeft, decision.FreeAt);
    }

    private Task Write()
    {
        if (_context is { } context && _limit is { } limit)
        {
            var headers = context.Response.Headers;
            var texts = limit.Texts;
            var seconds = limit.Rule.SecondsUntil(_freeAt, limit.Clock.GetTimestamp());

            if (_hasX)
            {
                headers["X-RateLimit-Limit"] = texts.Limit;
                headers["X-RateLimit-Remaining"] = texts.Number(_remaining);
                headers["X-RateLimit-Reset"] = texts.Number(seconds);
            }

            if (_hasDraft)
            {
                headers["RateLimit-Policy"] = texts.Policy;
                headers["RateLimit"] = texts.Status(_remaining, seconds);
            }

            _pool.Return(this);
        }

        return Task.CompletedTask;
    }

    private sealed class Policy : PooledObjectPolicy<RateLimitReport>
    {
        public ObjectPool<RateLimitReport> Pool { get; set; } = null!;

        public override RateLimitReport Create() => new(Pool);

        public override bool Return(RateLimitReport obj)
        {
            (obj._context, obj._limit) = (null, null);
            return true;
        }
    }
}
