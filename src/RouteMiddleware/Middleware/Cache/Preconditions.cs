using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Whether the caller has the answer already (RFC 9110, section 13).</summary>
internal static class Preconditions
{
    private static readonly string[] DateFormats = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary>Reads a date as HTTP writes it.</summary>
    public static DateTimeOffset? ParseDate(in StringValues value)
        => value.Count == 1 && DateTimeOffset.TryParseExact(value[0]?.Trim(' '), DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            ? date
            : null;

    /// <summary>Whether the caller's copy is as good as the answer: 304 tells him so.</summary>
    public static bool IsKnown(in StringValues ifNoneMatch, in StringValues ifModifiedSince, in StringValues etag, DateTimeOffset? lastModified)
    {
        if (ifNoneMatch.Count > 0)
        {
            return etag.Count == 1 && etag[0] is { Length: > 0 } text && Lists(ifNoneMatch, Opaque(text));
        }

        return lastModified is { } changed && ParseDate(ifModifiedSince) is { } known && changed <= known;
    }

    /// <summary>Takes away what describes a body that is not sent.</summary>
    public static void DropContentHeaders(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.ContentType = default;
        headers.ContentEncoding = default;
        headers.ContentLanguage = default;
        headers.ContentRange = default;
    }

    public static bool IsContentHeader(string name)
        => name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            && (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Content-Language", StringComparison.OrdinalIgnoreCase));

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    private static bool Lists(in StringValues header, ReadOnlySpan<char> opaque)
    {
        foreach (var line in header)
        {
            var rest = line.AsSpan().Trim();

            if (rest is "*")
            {
                return true;
            }

            while (!rest.IsEmpty)
            {
                rest = rest.TrimStart(", \t");
                var tag = Opaque(rest);

                var end = tag.Length > 1 && tag[0] == '"' ? tag[1..].IndexOf('"') : -1;

                if (end < 0)
                {
                    // A tag without quotes is none, but some callers send the one they got without them.
                    var comma = rest.IndexOf(',');
                    var bare = (comma < 0 ? rest : rest[..comma]).Trim();

                    if (!bare.IsEmpty && bare.SequenceEqual(opaque))
                    {
                        return true;
                    }

                    rest = comma < 0 ? default : rest[(comma + 1)..];
                    continue;
                }

                if (tag[..(end + 2)].SequenceEqual(opaque))
                {
                    return true;
                }

                rest = tag[(end + 2)..];
            }
        }

        return false;
    }
}
