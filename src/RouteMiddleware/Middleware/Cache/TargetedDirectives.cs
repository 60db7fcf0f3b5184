using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// Reads <c>CDN-Cache-Control</c> (RFC 9213): what the answer says to caches of its own side alone. It is a structured field: one that is not well formed counts as none,
/// and a well-formed one stands in for <c>Cache-Control</c> and <c>Expires</c>.
/// </summary>
internal static class TargetedDirectives
{
    public const string Header = "CDN-Cache-Control";

    public static CacheDirectives? Parse(in StringValues header)
    {
        var text = string.Join(',', header.AsEnumerable());

        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        foreach (var range in text.AsSpan().Split(','))
        {
            if (!IsMember(text.AsSpan()[range].Trim(' ')))
            {
                return null;
            }
        }

        return CacheDirectives.Parse(text);
    }

    private static bool IsMember(ReadOnlySpan<char> member)
    {
        var equals = member.IndexOf('=');
        var key = equals < 0 ? member : member[..equals];
        var semicolon = key.IndexOf(';');
        key = semicolon < 0 ? key : key[..semicolon];

        if (key.IsEmpty || !(char.IsAsciiLetterLower(key[0]) || key[0] == '*'))
        {
            return false;
        }

        foreach (var letter in key)
        {
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter is not ('_' or '-' or '.' or '*'))
            {
                return false;
            }
        }

        // Times are whole numbers; anything else would be another type, and the member no directive.
        return equals < 0 || IsValue(member[(equals + 1)..], isNumber: key is "max-age" or "s-maxage" or "stale-while-revalidate");
    }

    private static bool IsValue(ReadOnlySpan<char> value, bool isNumber)
    {
        if (value.IsEmpty)
        {
            return false;
        }

        if (isNumber || char.IsAsciiDigit(value[0]))
        {
            return !value.ContainsAnyExceptInRange('0', '9') && value.Length <= 15;
        }

        return value[0] switch
        {
            '"' => value.Length > 1 && value[^1] == '"',
            '?' => value is "?0" or "?1",
            _ => char.IsAsciiLetter(value[0]) && !value.ContainsAny(' ', '"'),
        };
    }
}
