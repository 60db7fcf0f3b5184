using System.Buffers;
using System.Text;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>Masks the values of sensitive names in text and XML: <c>name=value</c>, <c>name: "value"</c>, <c>&lt;name&gt;value&lt;/name&gt;</c>. One way through the text.</summary>
internal static class TextMask
{
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> ValueEnds = SearchValues.Create(" \t\r\n,;&<>");

    public static string Mask(string text, SensitiveNames names)
    {
        var masked = new StringBuilder(text.Length);
        var copied = 0;
        var at = 0;

        while (text.AsSpan(at).IndexOfAny(NameLetters) is var step and >= 0)
        {
            var start = at + step;
            var length = text.AsSpan(start).IndexOfAnyExcept(NameLetters);
            at = length < 0 ? text.Length : start + length;

            if (names.Match(text.AsSpan(start, at - start)) && Find(text, start, at) is var (from, to) && to > from)
            {
                masked.Append(text, copied, from - copied).Append(LogText.Masked);
                at = copied = to;
            }
        }

        return masked.Append(text, copied, text.Length - copied).ToString();
    }

    private static (int From, int To) Find(string text, int start, int end)
    {
        var before = text.AsSpan(0, start).TrimEnd(':');
        var prefix = before.LastIndexOfAnyExcept(NameLetters);

        // <name …> or <x:name …>: everything up to the closing tag, whatever is in it.
        if (start > 0 && (text[start - 1] == '<' || (text[start - 1] == ':' && prefix >= 0 && text[prefix] == '<')))
        {
            var close = text.AsSpan(end).IndexOf('>');
            return close < 0 ? (end, text.Length) : text[end + close - 1] == '/' ? default : (end + close + 1, EndOf(text, end + close + 1, "</"));
        }

        var at = end;

        while (at < text.Length && text[at] is ' ' or '\t' or '"' or '\'')
        {
            at++;
        }

        if (at >= text.Length || text[at] is not ('=' or ':'))
        {
            return default;
        }

        at++;

        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        if (at < text.Length && text[at] is '"' or '\'')
        {
            return (at + 1, EndOf(text, at + 1, text[at].ToString()));
        }

        // "Authorization: Bearer …": the rest of a header's line.
        var value = text.AsSpan(at);
        var length = text.AsSpan(end).TrimStart().StartsWith(':') ? value.IndexOfAny('\r', '\n') : value.IndexOfAny(ValueEnds);
        return (at, length < 0 ? text.Length : at + length);
    }

    private static int EndOf(string text, int start, string mark) => text.IndexOf(mark, start, StringComparison.Ordinal) is var end and >= 0 ? end : text.Length;
}
