using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Contrib.Session.Cookies;

/// <summary>
/// The values that a request sends under one cookie name, in their order. Read from the raw header: names compare exactly and nothing is
/// percent-decoded, so that <c>%73essionid</c> or a cookie without a name is never taken for the session's.
/// </summary>
internal struct CookieValues(StringValues headers, string name)
{
    // Whoever sends more copies than a browser ever would pays with being a stranger, not we with our time.
    private const int MaxValues = 8;

    private int _header;
    private int _position;
    private int _found;

    public readonly bool Any()
    {
        var copy = this;
        return copy.TryNext(out _);
    }

    public bool TryNext(out ReadOnlySpan<char> value)
    {
        for (; _header < headers.Count; _header++, _position = 0)
        {
            var line = headers[_header].AsSpan();

            while (_found < MaxValues && _position < line.Length)
            {
                var pair = line[_position..];
                var end = pair.IndexOf(';');
                pair = end < 0 ? pair : pair[..end];
                _position += pair.Length + 1;

                if (IsOurs(pair, out value))
                {
                    _found++;
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    private readonly bool IsOurs(ReadOnlySpan<char> pair, out ReadOnlySpan<char> value)
    {
        pair = Trimmed(pair);

        if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
        {
            value = pair[(name.Length + 1)..];
            return true;
        }

        value = default;
        return false;
    }

    // Blanks and tabs alone, as the grammar of headers has it.
    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> text)
    {
        var (start, end) = (0, text.Length);

        while (start < end && text[start] is ' ' or '\t')
        {
            start++;
        }

        while (end > start && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        return text[start..end];
    }
}
