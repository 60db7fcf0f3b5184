using System.Buffers;
using System.Globalization;
using System.Text;

namespace RouteMiddleware;

/// <summary>Makes texts of the outside fit for logs: cut, without secrets, on one line. Returns the text itself where nothing is to be done.</summary>
internal static class LogText
{
    /// <summary>The longest value of one field, in characters.</summary>
    public const int Longest = 1024;

    /// <summary>What stands in a secret's place.</summary>
    public const string Masked = "***";

    // Control characters, line and paragraph separator, and what turns the direction of text or can't be encoded.
    private static readonly SearchValues<char> Unfit = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(static code => (char)code).Where(static letter =>
            char.IsControl(letter) || char.IsSurrogate(letter) || letter is '\u2028' or '\u2029' or '\uFEFF' or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))]);

    /// <summary>The beginning of a text, with an ellipsis where more follows.</summary>
    public static string Cut(string text, int longest = Longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        // Not between the two halves of one character.
        var length = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    /// <summary>Writes what could end the line, move the cursor or break the encoding as an escape.</summary>
    public static string OnOneLine(string text)
    {
        var first = text.AsSpan().IndexOfAny(Unfit);

        if (first < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text, 0, first, text.Length + 16);

        for (var i = first; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                clean.Append(text, i++, 2);
                continue;
            }

            _ = text[i] switch
            {
                '\n' => clean.Append("\\n"),
                '\r' => clean.Append("\\r"),
                '\t' => clean.Append("\\t"),
                var letter when Unfit.Contains(letter) => clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}"),
                var letter => clean.Append(letter),
            };
        }

        return clean.ToString();
    }

    /// <summary>A query or a form without the values of sensitive keys.</summary>
    /// <param name="query">With or without the question mark.</param>
    /// <param name="names">The sensitive keys.</param>
    public static string Query(string query, SensitiveNames names)
    {
        StringBuilder? masked = null;
        var copied = 0;

        for (int start = query.StartsWith('?') ? 1 : 0, end; start < query.Length; start = end + 1)
        {
            var length = query.AsSpan(start).IndexOf('&');
            end = length < 0 ? query.Length : start + length;

            var equals = query.AsSpan(start, end - start).IndexOf('=');

            if (equals > 0 && start + equals + 1 < end && IsSensitive(query.AsSpan(start, equals), names))
            {
                masked ??= new StringBuilder(query.Length);
                masked.Append(query, copied, start + equals + 1 - copied).Append(Masked);
                copied = end;
            }
        }

        return SecretPatterns.Mask(masked is null ? query : masked.Append(query, copied, query.Length - copied).ToString());
    }

    /// <summary>An address, such as a referer's, without the values of sensitive keys.</summary>
    public static string Url(string url, SensitiveNames names)
    {
        var query = url.AsSpan().IndexOfAny('?', '#');
        return query < 0 ? SecretPatterns.Mask(url) : string.Concat(SecretPatterns.Mask(url[..query]), url.AsSpan(query, 1), Query(url[(query + 1)..], names));
    }

    private static bool IsSensitive(ReadOnlySpan<char> key, SensitiveNames names)
    {
        if (!key.Contains('%'))
        {
            return names.Match(key);
        }

        Span<char> plain = stackalloc char[LogText.Longest];
        return key.Length > plain.Length || !Uri.TryUnescapeDataString(key, plain, out var length) || names.Match(plain[..length]);
    }
}
