using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// What the limits decided about a request, and what its answer tells of them: of several the tightest. One for each request, used again after its headers went out.
/// </summary>
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
    private RateLimitMiddleware[] _admittedBy = new RateLimitMiddleware[2];
    private int _admissions;

    public RateLimitReport(RateLimitReports reports) => _reports = reports;

    /// <summary>The request's report, or <see langword="null"/> while it met no limit.</summary>
    public static RateLimitReport? Of(HttpContext context)

        // A report of another context is one that went out and serves another request by now.
        => context.Features.Get<RateLimitReport>() is { } report && ReferenceEquals(report._context, context) ? report : null;

    /// <summary>Begins the report of a request.</summary>
    public static RateLimitReport Begin(HttpContext context, RateLimitReports reports)
    {
        var report = reports.Take();
        (report._context, report._limit, report._hasX, report._hasDraft, report._isRefused, report._requestsLeft) = (context, null, false, false, false, int.MaxValue);
        report._admissions = 0;
        context.Features.Set(report);

        // Headers that are set right away are lost where an exception handler clears the answer.
        context.Response.OnStarting(WriteHeaders, report);
        return report;
    }

    /// <summary>Tells of permits that came back.</summary>
    public static void Update(HttpContext context, RateLimitMiddleware limit, in RateDecision decision)
    {
        if (Of(context) is { } report && ReferenceEquals(report._limit, limit))
        {
            (report._remaining, report._freeAt) = (decision.Remaining, decision.FreeAt);
        }
    }

    /// <summary>Whether the limit let the request pass before: an error page is another run of the same request.</summary>
    public bool IsAdmittedBy(RateLimitMiddleware limit)
    {
        for (var i = 0; i < _admissions; i++)
        {
            if (ReferenceEquals(_admittedBy[i], limit))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds what one more limit decided.</summary>
    public void Add(RateLimitMiddleware limit, in RateDecision decision)
    {
        if (decision.IsAdmitted)
        {
            if (_admissions == _admittedBy.Length)
            {
                Array.Resize(ref _admittedBy, _admissions * 2);
            }

            _admittedBy[_admissions++] = limit;
        }

        if (limit.Headers != RateLimitHeaders.None)
        {
            Note(limit, decision);
        }
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
        if (_context is not { } context)
        {
            return Task.CompletedTask;
        }

        if (_limit is { } limit)
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
        }

        (_context, _limit) = (null, null);
        _reports.Return(this);
        return Task.CompletedTask;
    }
}
