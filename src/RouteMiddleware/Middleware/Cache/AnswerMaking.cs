using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>An answer in the making: the rest of the chain runs, its answer is judged, sent, and kept.</summary>
internal sealed class AnswerMaking : IAsyncDisposable
{
    private readonly CacheMiddleware _cache;
    private readonly HttpContext _context;
    private readonly CachePlace _place;
    private readonly Fill? _fill;
    private readonly CacheTags _tags;
    private readonly bool _isOutermost;
    private readonly string? _person;
    private readonly bool _hadAuthorization;
    private readonly IHeaderDictionary _asked;
    private readonly KeyValuePair<string, StringValues>[] _before;
    private readonly AnswerCapture _capture;
    private readonly WatchedUse _watched;
    private readonly long _begun;
    private readonly StoredAnswer? _old;
    private AnswerVerdict _verdict;
    private CacheDirectives _directives;
    private KeyValuePair<string, StringValues>[] _headers = [];
    private string[] _vary = [];
    private StringValues _etag;
    private DateTimeOffset? _lastModified;
    private DateTimeOffset _madeAt;
    private bool _isJudged;
    private bool _isStored;

    public AnswerMaking(CacheMiddleware cache, HttpContext context, CachePlace place, Fill? fill, CacheTags? outer)
    {
        _cache = cache;
        _context = context;
        _place = place;
        _fill = fill;
        _isOutermost = outer is null;
        _tags = outer ?? new CacheTags();
        _person = cache.Keys.PersonOf(context);
        _hadAuthorization = context.Request.Headers.Authorization.Count > 0;

        // As they came: what stands behind may change them, and the conditions are taken off for the handler.
        _asked = new HeaderDictionary(context.Request.Headers.Count);

        foreach (var (name, value) in context.Request.Headers)
        {
            _asked[name] = value;
        }

        _before = context.Response.Headers.Count == 0 ? [] : [.. context.Response.Headers];
        _begun = cache.Store.IsShared ? place.Begun : cache.Store.Begin();
        _old = place.Item is StoredAnswer old && cache.Policy.CanRevalidate(old) ? old : null;
        _watched = new(context);
        _capture = new(context, JudgeAsync);
        _tags.Depth++;
        _tags.Add(cache.Tags);

        if (_isOutermost)
        {
            context.Features.Set(_tags);
        }
    }

    /// <summary>Why the answer is not kept.</summary>
    public string? Refusal { get; private set; } = "failed";

    public async Task<FillOutcome> RunAsync(RequestDelegate next)
    {
        Revalidation.SetConditions(_context.Request.Headers, _old);
        await _capture.RunAsync(_context, next).ConfigureAwait(false);

        if (!_isJudged)
        {
            Refuse("status");
        }
        else if (Refusal is null && !_isStored)
        {
            await StoreAsync().ConfigureAwait(false);
        }

        return _isStored ? FillOutcome.Stored : FillOutcome.Declined;
    }

    public async ValueTask DisposeAsync()
    {
        await _capture.DisposeAsync().ConfigureAwait(false);
        _watched.Dispose();
        _context.Request.Headers.IfNoneMatch = _asked.IfNoneMatch;
        _context.Request.Headers.IfModifiedSince = _asked.IfModifiedSince;
        _tags.Depth--;

        if (_isOutermost)
        {
            _context.Features.Set<CacheTags>(null);
        }
    }

    // The headers are there and nothing of the answer was sent.
    private async ValueTask JudgeAsync(bool isWhole)
    {
        _isJudged = true;
        _madeAt = _cache.Services.Clock.GetUtcNow();
        var headers = _context.Response.Headers;

        if (_cache.Policy.KeepsDate && headers.Date.Count == 0)
        {
            headers.Date = _madeAt.ToString("r", CultureInfo.InvariantCulture);
        }

        if (_old is not null && _context.Response.StatusCode == StatusCodes.Status304NotModified)
        {
            Revalidation.Confirm(_context.Response, _old, _capture.Buffer);
        }

        _directives = _cache.Policy.ReadDirectives(headers);
        _verdict = _cache.Policy.Judge(_context, _directives, _hadAuthorization, _madeAt);
        _etag = headers.ETag;
        _lastModified = Preconditions.ParseDate(headers.LastModified);

        if ((_verdict.Refusal ?? Forbids(headers)) is { } refusal)
        {
            Refuse(refusal);
        }
        else
        {
            Refusal = null;

            if (isWhole)
            {
                Complete(headers);
            }

            _headers = _cache.Replayed.Copy(_context, _before);

            if (isWhole)
            {
                await StoreAsync().ConfigureAwait(false);
            }
        }

        if (Revalidation.IsKnown(_context.Response, _asked, _etag, _lastModified))
        {
            _capture.IsSilent = true;
            _context.Response.StatusCode = StatusCodes.Status304NotModified;
            Preconditions.DropContentHeaders(headers);
        }
    }

    // What no mode keeps.
    private string? Forbids(IHeaderDictionary headers)
    {
        if (headers.SetCookie.Count > 0)
        {
            return "set_cookie";
        }

        if (headers.ContentRange.Count > 0 || headers.Trailer.Count > 0 || headers.TransferEncoding.Count > 0)
        {
            return "part";
        }

        if (headers.ContentType.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return "events";
        }

        if (headers.ContentLength > _cache.MaxBodySize)
        {
            return "size";
        }

        // What stands in front writes its own again.
        var given = _before.FirstOrDefault(static old => old.Key.Equals("Vary", StringComparison.OrdinalIgnoreCase)).Value;

        if (AnswerKeeper.ReadVary(headers.Vary == given ? default : headers.Vary) is not { } names)
        {
            return "vary";
        }

        _vary = names;
        return null;
    }

    private void Complete(IHeaderDictionary headers)
    {
        if (_etag.Count == 0 && _cache.Policy.MakesETags)
        {
            headers.ETag = _etag = _capture.Buffer.MakeETag();
        }

        if (headers.ContentLength is null && StoredAnswer.HasBody(_context.Response.StatusCode) && _context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { Count: > 0 })
        {
            headers.ContentLength = _capture.Buffer.Length;
        }
    }

    // What can be known at the answer's end alone.
    private string? Fails()
    {
        var length = _capture.Buffer.Length;

        if (_capture.IsBroken || _context.RequestAborted.IsCancellationRequested || (_context.Response.Headers.ContentLength is { } told && told != length))
        {
            return "incomplete";
        }

        if (length > _cache.MaxBodySize)
        {
            return "size";
        }

        if (_context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { Count: > 0 })
        {
            return "part";
        }

        if (_watched.IsSessionUsed || _context.Features.Get<ISessionUseFeature>() is { IsUsed: true })
        {
            return "session";
        }

        if (_watched.IsCookieRead && !_cache.Keys.CoversCookies && !_vary.Contains("cookie"))
        {
            return "cookie";
        }

        return string.Equals(_person, _cache.Keys.PersonOf(_context), StringComparison.Ordinal) ? null : "user";
    }

    private void Refuse(string reason)
    {
        Refusal = reason;
        _capture.Buffer.Forget();
        Tell(FillOutcome.Declined);
    }

    // Those who wait are told before the answer has gone to its own caller, who may be slow.
    private void Tell(FillOutcome outcome)
    {
        if (_fill is not null)
        {
            _cache.Services.Fills.End(_fill, outcome);
        }
    }

    private async ValueTask StoreAsync()
    {
        if (Fails() is { } refusal)
        {
            Refusal = refusal;
            return;
        }

        if (_etag.Count == 0 && _cache.Policy.MakesETags)
        {
            _etag = _capture.Buffer.MakeETag();
            _headers = [.. _headers, new("ETag", _etag)];
        }

        var stored = _madeAt.UtcTicks;
        var fresh = stored + _verdict.Fresh.Ticks;
        var stale = fresh + _verdict.Stale.Ticks;

        var answer = new StoredAnswer
        {
            Status = _context.Response.StatusCode,
            Headers = _headers,
            Body = _capture.Buffer.ToArrays(),
            Length = _capture.Buffer.Length,
            ETag = _etag,
            LastModified = _lastModified,
            StoredAt = stored,
            AgeThen = _verdict.Age,
            FreshUntil = fresh,
            StaleUntil = stale,
            KeptUntil = Math.Max(stale, fresh + _verdict.Kept.Ticks),
            Directives = _directives,
            HadAuthorization = _hadAuthorization,
            Tags = _cache.Policy.Invalidates ? [.. _tags.ToArray(), CacheKeyRule.AddressTag(_context.Request)] : _tags.ToArray(),
        };

        _isStored = await AnswerKeeper.KeepAsync(_cache, _place, _vary, _asked, answer, _begun, _fill).ConfigureAwait(false) == KeptAs.Kept;
        Refusal = _isStored ? null : "store";

        if (_isStored)
        {
            Tell(FillOutcome.Stored);
        }
    }
}
