using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>A shared cache by RFC 9111: the answer says whether and how long it is kept, the caller how old it may be.</summary>
internal sealed class Rfc9111Policy(CacheOptions options) : CachePolicy
{
    // Section 15.1 of RFC 9110: what may be kept without saying so.
    private static readonly FrozenSet<int> HeuristicStatuses = FrozenSet.ToFrozenSet([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

    private static readonly FrozenSet<int> UnderstoodStatuses = FrozenSet.ToFrozenSet([200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 414, 501]);

    // A guess is no promise: a tenth of the time since the last change, and never longer than a day.
    private static readonly TimeSpan MaxGuess = TimeSpan.FromDays(1);
    private static readonly TimeSpan KeptForRevalidation = TimeSpan.FromDays(1);

    private readonly TimeSpan _stale = options.StaleWhileRevalidate;
    private readonly bool _byUser = options.VaryByUser;

    public override bool MakesETags => false;

    public override bool KeepsDate => true;

    public override bool IsForUsers => true;

    public override bool Invalidates => true;

    public override CacheDirectives ReadDirectives(IHeaderDictionary headers)
        => TargetedDirectives.Parse(headers[TargetedDirectives.Header]) ?? base.ReadDirectives(headers);

    public override CacheUse Ask(HttpContext context, in RequestFacts facts)
    {
        var asked = CacheDirectives.Parse(facts.CacheControl);

        if (asked.NoStore)
        {
            return CacheUse.None;
        }

        var isNoCache = asked.NoCache || (facts.CacheControl.Count == 0 && facts.Pragma.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase));
        return isNoCache ? CacheUse.Store : CacheUse.All;
    }

    public override bool IsServable(StoredAnswer answer, HttpContext context, long now)
    {
        var headers = context.Request.Headers;

        // What everybody may have says so; the rest was made for somebody else.
        if (!_byUser && !IsForEverybody(answer.Directives) && (headers.Authorization.Count > 0 || CacheKeyRule.IsAuthenticated(context)))
        {
            return false;
        }

        if (headers.CacheControl.Count == 0)
        {
            return answer.IsFresh(now);
        }

        var asked = CacheDirectives.Parse(headers.CacheControl);
        var left = answer.FreshUntil - now;

        if (now < answer.StoredAt
            || (asked.MaxAge is { } maxAge && answer.AgeAt(now) > maxAge)
            || (asked.MinFresh is { } minFresh && left < Seconds(minFresh).Ticks))
        {
            return false;
        }

        return left > 0
            || (asked.MaxStale is { } maxStale && MayBeStale(answer.Directives) && (maxStale == long.MaxValue || -left <= Seconds(maxStale).Ticks));
    }

    public override bool CanRevalidate(StoredAnswer answer) => answer.HasValidator;

    public override bool WantsNoHandler(HttpContext context)
        => context.Request.Headers.CacheControl is { Count: > 0 } control && CacheDirectives.Parse(control).OnlyIfCached;

    public override AnswerVerdict Judge(HttpContext context, in CacheDirectives directives, bool hadAuthorization, DateTimeOffset now)
    {
        var headers = context.Response.Headers;
        var status = context.Response.StatusCode;

        if (status is < 200 or StatusCodes.Status206PartialContent or StatusCodes.Status304NotModified)
        {
            return AnswerVerdict.No("status");
        }

        // Who knows the status need not mind no-store (section 5.2.2.3).
        var mustNotStore = directives.MustUnderstand ? !UnderstoodStatuses.Contains(status) : directives.NoStore;

        if (mustNotStore || directives.IsPrivate)
        {
            return AnswerVerdict.No("cache_control");
        }

        if (!_byUser && !IsForEverybody(directives) && (hadAuthorization || CacheKeyRule.IsAuthenticated(context)))
        {
            return AnswerVerdict.No("user");
        }

        var date = Preconditions.ParseDate(headers.Date) ?? now;
        var lifetime = Lifetime(headers, directives, status, date);
        var hasValidator = headers.ETag.Count > 0 || headers.LastModified.Count > 0;

        if (lifetime is null && !hasValidator && !directives.NoCache)
        {
            return AnswerVerdict.No("no_lifetime");
        }

        var age = Math.Max(ReadAge(headers) ?? 0, (long)Math.Max(0, (now - date).TotalSeconds));
        var fresh = directives.NoCache ? TimeSpan.Zero : (lifetime ?? TimeSpan.Zero) - Seconds(age);
        fresh = fresh > TimeSpan.Zero ? fresh : TimeSpan.Zero;

        if (fresh == TimeSpan.Zero && !hasValidator)
        {
            return AnswerVerdict.No("expired");
        }

        var stale = !MayBeStale(directives) ? TimeSpan.Zero : directives.StaleWhileRevalidate is { } seconds ? Seconds(seconds) : _stale;
        return new(null, fresh, stale, KeptForRevalidation, age);
    }

    private static bool IsForEverybody(in CacheDirectives directives) => directives.IsPublic || directives.MustRevalidate || directives.SharedMaxAge is not null;

    private static bool MayBeStale(in CacheDirectives directives)
        => !directives.MustRevalidate && !directives.ProxyRevalidate && !directives.NoCache && directives.SharedMaxAge is null;

    private static TimeSpan? Lifetime(IHeaderDictionary headers, in CacheDirectives directives, int status, DateTimeOffset date)
    {
        if ((directives.SharedMaxAge ?? directives.MaxAge) is { } seconds)
        {
            return Seconds(seconds);
        }

        // A date that can't be read, such as '0', is over.
        if (headers.Expires.Count > 0 && TargetedDirectives.Parse(headers[TargetedDirectives.Header]) is null)
        {
            return Preconditions.ParseDate(headers.Expires) is { } expires ? expires - date : TimeSpan.Zero;
        }

        if (!HeuristicStatuses.Contains(status) && !directives.IsPublic)
        {
            return null;
        }

        if (Preconditions.ParseDate(headers.LastModified) is not { } changed || changed > date)
        {
            return null;
        }

        var guess = (date - changed) / 10;
        return guess < MaxGuess ? guess : MaxGuess;
    }
}
