using System.Buffers;
using System.Text;

namespace RouteMiddleware;

/// <summary>Masks what is known by its form: tokens (JWT), the numbers of payment cards, and the names before the <c>@</c> of mail addresses. One way through the text, without regular expressions.</summary>
internal static class SecretPatterns
{
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create("-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> MailLetters = SearchValues.Create("!#$*+-.^_`{|}~'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> HostLetters = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // The first letters of what is looked for: '@' and its escape, "eyJ", and the digits that card numbers begin with.
    private static readonly SearchValues<char> Beginnings = SearchValues.Create("@%e23456");

    public static string Mask(string text)
    {
        StringBuilder? masked = null;
        var copied = 0;
        var at = 0;

        while (at < text.Length && text.AsSpan(at).IndexOfAny(Beginnings) is var step and >= 0)
        {
            at += step;
            var (start, end) = Find(text, at, copied);

            if (end > start)
            {
                masked ??= new StringBuilder(text.Length);
                masked.Append(text, copied, start - copied).Append(LogText.Masked);
                copied = end;
            }

            at = Math.Max(at + 1, end);
        }

        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    private static (int Start, int End) Find(string text, int at, int from) => text[at] switch
    {
        '@' => FindMail(text, at, at + 1, from),
        '%' => text.AsSpan(at).StartsWith("%40") ? FindMail(text, at, at + 3, from) : default,
        'e' => FindToken(text, at),
        _ => FindCard(text, at),
    };

    private static (int Start, int End) FindMail(string text, int at, int host, int from)
    {
        var start = text.AsSpan(from, at - from).LastIndexOfAnyExcept(MailLetters) + 1 + from;
        var rest = text.AsSpan(host);
        var length = rest.IndexOfAnyExcept(HostLetters);

        // A text that was cut may end within the host.
        var isHost = length < 0 || rest[..length].Contains('.');
        return start < at && isHost && length != 0 ? (start, at) : default;
    }

    private static (int Start, int End) FindToken(string text, int at)
    {
        if (!text.AsSpan(at).StartsWith("eyJ") || (at > 0 && TokenLetters.Contains(text[at - 1])))
        {
            return default;
        }

        var end = at;

        // Header, payload and signature; five parts where it is encrypted.
        for (var part = 0; part < 5; part++)
        {
            var length = text.AsSpan(end).IndexOfAnyExcept(TokenLetters);
            end = length < 0 ? text.Length : end + length;

            if (end == text.Length || text[end] != '.')
            {
                // One part alone is a word, unless the text was cut in it.
                return part > 0 || (end == text.Length && end - at >= 10) ? (at, end) : default;
            }

            end++;
        }

        return (at, end);
    }

    private static (int Start, int End) FindCard(string text, int at)
    {
        if (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]))
        {
            return default;
        }

        var (digits, sum, alternate, end) = (0, 0, 0, at);

        for (var i = at; i < text.Length && digits < 20; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                var digit = text[i] - '0';
                digits++;

                // Luhn's sum for both parities at once: which one holds is known at the last digit.
                var twice = digit > 4 ? (digit * 2) - 9 : digit * 2;
                (sum, alternate) = (alternate + digit, sum + twice);
                end = i + 1;
            }
            else if (text[i] is not (' ' or '-' or '+') || i != end)
            {
                break;
            }
        }

        // As the issuers number them: other long numbers with a fitting sum are ids.
        var isLength = text[at] switch
        {
            '3' => digits == 15,
            '4' => digits is 13 or 16 or 19,
            _ => digits == 16,
        };

        return isLength && sum % 10 == 0 ? (at, end) : default;
    }
}
