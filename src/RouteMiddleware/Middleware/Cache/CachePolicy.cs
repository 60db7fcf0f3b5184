using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What differs between the modes: which requests and answers the cache is for, and how long.</summary>
internal abstract class CachePolicy
{
    /// <summary>Whether answers without an <c>ETag</c> get one.</summary>
    public abstract bool MakesETags { get; }

    /// <summary>Whether an answer keeps the date at which it was made.</summary>
    public virtual bool KeepsDate => false;

    /// <summary>Whether the answer says for itself if it may be given to users, so that their requests need not pass.</summary>
    public virtual bool IsForUsers => false;

    /// <summary>Whether a request that changes something takes the answers of its address out.</summary>
    public virtual bool Invalidates => false;

    /// <summary>What may be done for a request with headers.</summary>
    public abstract CacheUse Ask(HttpContext context, in RequestFacts facts);

    /// <summary>Whether an answer can be given without asking anybody.</summary>
    public abstract bool IsServable(StoredAnswer answer, HttpContext context, long now);

    /// <summary>Whether an answer that can't be given as it is can be confirmed by the handler.</summary>
    public abstract bool CanRevalidate(StoredAnswer answer);

    /// <summary>Whether the caller wants an answer from the cache or none.</summary>
    public virtual bool WantsNoHandler(HttpContext context) => false;

    /// <summary>What an answer says to this cache.</summary>
    public virtual CacheDirectives ReadDirectives(IHeaderDictionary headers) => CacheDirectives.Parse(headers.CacheControl);

    /// <summary>Whether, and how long, an answer is kept.</summary>
    public abstract AnswerVerdict Judge(HttpContext context, in CacheDirectives directives, bool hadAuthorization, DateTimeOffset now);

    /// <summary>Seconds since 1970 or since the answer was made, as headers tell them; what can't be read is <see langword="null"/>.</summary>
    protected static long? ReadAge(IHeaderDictionary headers)
    {
        var age = headers.Age;

        if (age.Count == 0)
        {
            return 0;
        }

        // Several caches in a row write a list: the first is the nearest origin's.
        var text = age[0].AsSpan();
        var comma = text.IndexOf(',');
        text = (comma < 0 ? text : text[..comma]).Trim();
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, int.MaxValue) : null;
    }

    protected static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
}
