using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Keeps what is successful for the time of the options. The answer can forbid it, or shorten the time.</summary>
internal sealed class DurationPolicy(CacheOptions options) : CachePolicy
{
    private readonly TimeSpan _duration = options.Duration;
    private readonly TimeSpan _stale = options.StaleWhileRevalidate;
    private readonly bool _byUser = options.VaryByUser;

    public override bool MakesETags => true;

    public override CacheUse Ask(HttpContext context, in RequestFacts facts)
    {
        // A caller with credentials that nothing in front has verified could be anybody.
        if (facts.HasAuthorization && !(_byUser && CacheKeyRule.IsAuthenticated(context)))
        {
            return CacheUse.None;
        }

        if (facts.CacheControl.Count > 0)
        {
            var asked = CacheDirectives.Parse(facts.CacheControl);
            return asked.NoStore ? CacheUse.None : asked.NoCache ? CacheUse.Store : CacheUse.All;
        }

        return IsNoCache(facts.Pragma) ? CacheUse.Store : CacheUse.All;
    }

    public override bool IsServable(StoredAnswer answer, HttpContext context, long now) => answer.IsFresh(now);

    public override bool CanRevalidate(StoredAnswer answer) => false;

    public override AnswerVerdict Judge(HttpContext context, in CacheDirectives directives, bool hadAuthorization, DateTimeOffset now)
    {
        var headers = context.Response.Headers;

        if (context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return AnswerVerdict.No("status");
        }

        if (!_byUser && (hadAuthorization || CacheKeyRule.IsAuthenticated(context)))
        {
            return AnswerVerdict.No("user");
        }

        if (directives.NoStore || directives.IsPrivate || directives.NoCache || IsNoCache(headers.Pragma))
        {
            return AnswerVerdict.No("cache_control");
        }

        var age = ReadAge(headers) ?? 0;
        var fresh = (directives.SharedMaxAge ?? directives.MaxAge) is { } seconds
            ? Seconds(Math.Max(0, seconds - age))
            : headers.Expires.Count > 0 ? ReadExpires(headers, now) : _duration;

        fresh = fresh < _duration ? fresh : _duration;

        // What must not be given stale is not.
        var stale = directives.MustRevalidate || directives.ProxyRevalidate || directives.SharedMaxAge is not null ? TimeSpan.Zero : _stale;
        return fresh <= TimeSpan.Zero ? AnswerVerdict.No("expired") : new(null, fresh, stale, TimeSpan.Zero, age);
    }

    // A date that can't be read, such as '0', is over.
    private static TimeSpan ReadExpires(IHeaderDictionary headers, DateTimeOffset now)
        => Preconditions.ParseDate(headers.Expires) is { } expires ? expires - (Preconditions.ParseDate(headers.Date) ?? now) : TimeSpan.Zero;

    private static bool IsNoCache(in StringValues pragma)
        => pragma.Count > 0 && pragma.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase);
}
