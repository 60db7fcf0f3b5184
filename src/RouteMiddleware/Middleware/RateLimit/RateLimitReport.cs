using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What a request's answer tells of its limits: of several the tightest. One for each request, used again after its headers went out.</summary>
internal sealed class RateLimitReport
{
    private static readonly Func<object, Task> WriteHeaders = static state => ((RateLimitReport)state).Write();

    private readonly RateLimitReports _reports;
    private HttpContext? _context;
    private RateLimitMiddleware? _limit;
    private bool _hasX;
    private bool _hasDraft;
    private bool _isRefused;
    private int _remaining;
    private int _requestsLeft;
    private long _freeAt;

    public RateLimitReport(RateLimitReports reports) => _reports = reports;

    /// <summary>Tells of one more limit.</summary>
    public static void Add(HttpContext context, RateLimitMiddleware limit, in RateDecision decision)
    {
        var report = context.Features.Get<RateLimitReport>();

        // A report of another context is one that went out and serves another request by now.
        if (report is null || !ReferenceEquals(report._context, context))
        {
            report = limit.Reports.Take();
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
            var texts = _reports.Texts;
            var seconds = limit.Rule.SecondsUntil(_freeAt, limit.Clock.GetTimestamp());

            if (_hasX)
            {
                headers["X-RateLimit-Limit"] = limit.LimitText;
                headers["X-RateLimit-Remaining"] = texts.Number(_remaining);
                headers["X-RateLimit-Reset"] = texts.Number(seconds);
            }

            if (_hasDraft)
            {
                headers["RateLimit-Policy"] = limit.PolicyText;
                headers["RateLimit"] = texts.Status(_remaining, seconds);
            }

            (_context, _limit) = (null, null);
            _reports.Return(this);
        }

        return Task.CompletedTask;
    }
}
