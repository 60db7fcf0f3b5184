using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>An answer as it is given again.</summary>
internal sealed class StoredAnswer : CacheItem
{
    private AgeText _age = new(0);

    public required int Status { get; init; }

    public required KeyValuePair<string, StringValues>[] Headers { get; init; }

    /// <summary>The body in pieces, each full.</summary>
    public required ReadOnlyMemory<byte>[] Body { get; init; }

    public required long Length { get; init; }

    public StringValues ETag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    /// <summary>When the answer was there: ticks of UTC.</summary>
    public required long StoredAt { get; init; }

    /// <summary>How old it was then, in seconds.</summary>
    public long AgeThen { get; init; }

    /// <summary>Until when it is given without asking: ticks of UTC.</summary>
    public required long FreshUntil { get; init; }

    /// <summary>Until when it is given while another request makes a new one: ticks of UTC.</summary>
    public long StaleUntil { get; init; }

    /// <summary>What its <c>Cache-Control</c> said.</summary>
    public CacheDirectives Directives { get; init; }

    /// <summary>Whether it was made for a request that showed credentials.</summary>
    public bool HadAuthorization { get; init; }

    public bool HasValidator => ETag.Count > 0 || LastModified is not null;

    public override long Size
        => Overhead + Length + (24L * Body.Length) + Headers.Sum(static header => 60 + (2L * (header.Key.Length + header.Value.ToString().Length)));

    /// <summary>Whether answers of a status have a body, and so a length.</summary>
    public static bool HasBody(int status) => status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);

    // An answer from the future is none: the clock was set back.
    public bool IsFresh(long now) => now < FreshUntil && now >= StoredAt;

    public long AgeAt(long now) => AgeThen + Math.Max(0, (now - StoredAt) / TimeSpan.TicksPerSecond);

    /// <summary>The value of <c>Age</c>; made once a second at most.</summary>
    public StringValues AgeTextAt(long now)
    {
        var seconds = AgeAt(now);
        var text = _age;

        if (text.Seconds != seconds)
        {
            _age = text = new(seconds);
        }

        return text.Text;
    }

    private sealed class AgeText(long seconds)
    {
        public long Seconds { get; } = seconds;

        public string Text { get; } = seconds.ToString(CultureInfo.InvariantCulture);
    }
}
