using System.Buffers;
using System.Globalization;
using System.Net;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>A well-formed <c>Host</c> header, taken apart: ASCII names, addresses, IPv6 in brackets, a port of digits.</summary>
/// <remarks>Sources: RFC 9110 7.2, RFC 3986 3.2.2, RFC 1123 2.1. Underscores are no part of those, but of names in use.</remarks>
internal readonly ref struct HostText
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> LabelLetters = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> AddressLetters = SearchValues.Create(".0123456789:ABCDEFabcdef");

    private HostText(ReadOnlySpan<char> host, ReadOnlySpan<char> port, HostKind kind)
    {
        Host = host;
        Port = port;
        Kind = kind;
    }

    /// <summary>The name or address, an IPv6 address with its brackets, without the dot at the end.</summary>
    public ReadOnlySpan<char> Host { get; }

    /// <summary>The digits of the port; empty where there is none.</summary>
    public ReadOnlySpan<char> Port { get; }

    public HostKind Kind { get; }

    public static bool TryParse(ReadOnlySpan<char> text, out HostText host)
    {
        host = default;

        // The colons of an IPv6 address stand within brackets; the port's is the first behind them.
        var close = text is ['[', ..] ? text.IndexOf(']') : 0;
        var colon = close < 0 ? -1 : text[close..].IndexOf(':');
        var name = colon < 0 ? text : text[..(close + colon)];
        var port = colon < 0 ? default : text[(close + colon + 1)..];

        if (colon >= 0 && !IsPort(port))
        {
            return false;
        }

        if (name is ['[', .. var address, ']'])
        {
            host = new(name, port, HostKind.IPv6);
            return IsIPv6(address);
        }

        if (name is [.. var rest, '.'])
        {
            name = rest;
        }

        if (name.Length is 0 or > LongestName || !AreLabels(name, out var last))
        {
            return false;
        }

        // Programs that resolve a name take one with a number at its end for an address, in several notations. Only the plain one is let through.
        var isAddress = IsNumber(last);
        host = new(name, port, isAddress ? HostKind.IPv4 : HostKind.Name);
        return !isAddress || IsIPv4(name);
    }

    /// <summary>The one text for all notations of the same IPv6 address.</summary>
    public string CanonicalIPv6() => $"[{IPAddress.Parse(Host[1..^1])}]";

    /// <summary>Whether both name the same host and port.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="defaultPort">What is meant where no port is written.</param>
    public bool IsSameAs(HostText other, int defaultPort)
        => PortOr(defaultPort) == other.PortOr(defaultPort)
            && (Host.Equals(other.Host, StringComparison.OrdinalIgnoreCase)
                || (Kind == HostKind.IPv6 && other.Kind == HostKind.IPv6 && CanonicalIPv6() == other.CanonicalIPv6()));

    private static bool IsPort(ReadOnlySpan<char> text)
        => text.Length is > 0 and <= 5
            && !text.ContainsAnyExcept(Digits)
            && int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) <= ushort.MaxValue;

    private static bool AreLabels(ReadOnlySpan<char> name, out ReadOnlySpan<char> last)
    {
        last = default;

        foreach (var range in name.Split('.'))
        {
            last = name[range];

            if (last.Length is 0 or > LongestLabel || last[0] == '-' || last[^1] == '-' || last.ContainsAnyExcept(LabelLetters))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> label)
        => !label.ContainsAnyExcept(Digits)
            || (label is ['0', 'x' or 'X', .. var digits] && !digits.ContainsAnyExcept(AddressLetters));

    private static bool IsIPv4(ReadOnlySpan<char> text)
    {
        var parts = 0;

        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            parts++;

            if (part.Length > 3
                || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return false;
            }
        }

        return parts == 4;
    }

    private static bool IsIPv6(ReadOnlySpan<char> text)
        => text.Contains(':') && !text.ContainsAnyExcept(AddressLetters) && IPAddress.IsValid(text);

    private int PortOr(int defaultPort) => Port.IsEmpty ? defaultPort : int.Parse(Port, NumberStyles.None, CultureInfo.InvariantCulture);
}
