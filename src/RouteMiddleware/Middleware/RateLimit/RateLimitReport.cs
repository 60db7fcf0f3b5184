using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// What the limits decided about a request, and what its answer tells of them: of several the tightest. One for each request, used again when it is over.
/// </summary>
internal sealed class RateLimitReport(RateLimitReports reports, bool isDisplaced = false)
{
    private static readonly Func<object, Task> WriteHeaders = static state => ((RateLimitReport)state).Write();
    private static readonly Func<object, Task> EndReport = static state => ((RateLimitReport)state).End();

    private HttpContext? _context;
    private RateLimitMiddleware? _limit;
    private bool _hasX;
    private bool _hasDraft;
    private bool _isRefused;
    private int _remaining;
    private int _requestsLeft;
    private long _freeAt;
    private RateLimitMiddleware?[] _admittedBy = new RateLimitMiddleware?[2];
    private int _admissions;

    public bool IsOf(HttpContext context) => ReferenceEquals(Volatile.Read(ref _context), context);

    /// <summary>Takes the report for a request, unless another one has it.</summary>
    public bool TryBegin(HttpContext context)
    {
        if (_context is not null || Interlocked.CompareExchange(ref _context, context, comparand: null) is not null)
        {
            return false;
        }

        // Comes also where nobody handled an exception and no headers of ours went out: the server uses the context again.
        context.Response.OnCompleted(EndReport, this);
        return true;
    }

    /// <summary>Tells of permits that came back.</summary>
    public void Update(RateLimitMiddleware limit, in RateDecision decision)
    {
        if (ReferenceEquals(_limit, limit))
        {
            (_remaining, _freeAt) = (decision.Remaining, decision.FreeAt);
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
            NoteAdmission(limit);
        }

        if (limit.Headers != RateLimitHeaders.None)
        {
            Note(limit, decision);
        }
    }

    /// <summary>Notes that a limit let the request pass, without anything to tell.</summary>
    public void NoteAdmission(RateLimitMiddleware limit)
    {
        if (_admissions == _admittedBy.Length)
        {
            Array.Resize(ref _admittedBy, _admissions * 2);
        }

        _admittedBy[_admissions++] = limit;
    }

    private void Note(RateLimitMiddleware limit, in RateDecision decision)
    {
        if (_limit is null)
        {
            // Headers that are set right away are lost where an exception handler clears the answer.
            _context!.Response.OnStarting(WriteHeaders, this);
        }

        _hasX |= limit.Headers is RateLimitHeaders.X or RateLimitHeaders.Both;
        _hasDraft |= limit.Headers is RateLimitHeaders.Draft or RateLimitHeaders.Both;

        var requestsLeft = limit.Rule.Cost == 1 ? decision.Remaining : decision.Remaining / limit.Rule.Cost;
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
        if (_context is not { } context || _limit is not { } limit)
        {
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        var texts = reports.Texts;
        var seconds = limit.Rule.SecondsUntil(_freeAt, limit.Clock.GetTimestamp());

        if (_hasX)
        {
            headers["X-RateLimit-Limit"] = limit.LimitText;
            headers["X-RateLimit-Remaining"] = texts.Number(_remaining);
            headers["X-RateLimit-Reset"] = texts.Number(limit.HoldsAMoment ? 1 : seconds);
        }

        if (_hasDraft)
        {
            headers["RateLimit-Policy"] = limit.PolicyText;
            headers["RateLimit"] = texts.Status(_remaining, limit.HoldsAMoment ? -1 : seconds);
        }

        return Task.CompletedTask;
    }

    private Task End()
    {
        Array.Clear(_admittedBy, 0, _admissions);
        (_limit, _hasX, _hasDraft, _isRefused, _admissions) = (null, false, false, false, 0);

        if (isDisplaced)
        {
            reports.Leave();
        }

        // Last: from here on it is another request's.
        Volatile.Write(ref _context, null);
        return Task.CompletedTask;
    }
}
