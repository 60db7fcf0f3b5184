using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RouteMiddleware.Middleware.ForwardedHeaders;

/// <summary>
/// Tells addresses as people write them from the many other texts that <see cref="IPAddress"/> takes for one: <c>1</c>, <c>0x7f.1</c>, <c>010.0.0.1</c>, zones.
/// </summary>
internal static class ForwardedAddress
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("0123456789ABCDEFabcdef:.");

    /// <summary>Whether the text is a plain address, alone or with a port (<c>192.0.2.1:80</c>, <c>[2001:db8::1]:80</c>).</summary>
    public static bool IsPlainWithPort(ReadOnlySpan<char> text)
    {
        if (text is ['[', ..])
        {
            var end = text.IndexOf(']');
            return end > 0 && IsPlainV6(text[1..end]) && (end == text.Length - 1 || (text[end + 1] == ':' && IsPort(text[(end + 2)..])));
        }

        var colon = text.IndexOf(':');
        return colon >= 0 && colon == text.LastIndexOf(':') ? IsPlainV4(text[..colon]) && IsPort(text[(colon + 1)..]) : IsPlain(text);
    }

    /// <summary>Whether the text is a plain address and nothing else.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => IsPlainV4(text) || IsPlainV6(text);

    private static bool IsPlainV4(ReadOnlySpan<char> text)
    {
        var parts = 0;

        foreach (var range in text.Split('.'))
        {
            if (++parts > 4 || !IsNumber(text[range], 255))
            {
                return false;
            }
        }

        return parts == 4;
    }

    private static bool IsPlainV6(ReadOnlySpan<char> text)
        => text.Contains(':')
            && !text.ContainsAnyExcept(Letters)
            && (!text.Contains('.') || IsPlainV4(text[(text.LastIndexOf(':') + 1)..]))
            && IPAddress.TryParse(text, out var address)
            && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsPort(ReadOnlySpan<char> text) => IsNumber(text, ushort.MaxValue) && text is not "0";

    // A leading zero makes a number octal for some readers and not for others.
    private static bool IsNumber(ReadOnlySpan<char> text, int max)
        => text.Length is > 0 and <= 5
            && (text.Length == 1 || text[0] != '0')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value <= max;
}
