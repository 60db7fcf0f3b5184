using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>Origins as the Fetch standard writes them: scheme, host, and the port where it is not the scheme's own.</summary>
internal static class OriginText
{
    /// <summary>What browsers send for pages without an origin: files, sandboxed frames, some redirects.</summary>
    public const string Null = "null";

    // A host name has 253 characters at most.
    private const int MaxLength = 300;

    private static readonly SearchValues<char> SchemeLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    private static readonly SearchValues<char> LabelLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Whether a text has the form of an origin, apart from upper and lower case. <c>null</c> has not.</summary>
    public static bool IsOrigin(ReadOnlySpan<char> text, bool withStar = false)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);

        if (text.Length > MaxLength || colon <= 0 || !char.IsAsciiLetter(text[0]) || text[..colon].ContainsAnyExcept(SchemeLetters))
        {
            return false;
        }

        var place = text[(colon + 3)..];
        var end = place is ['[', ..] ? place.IndexOf(']') + 1 : place.IndexOf(':');
        var host = end <= 0 ? place : place[..end];

        return IsHost(host, withStar) && IsPort(place[host.Length..]);
    }

    /// <summary>Reads an entry of the options.</summary>
    /// <param name="entry">The entry as written.</param>
    /// <param name="origin">The origin as browsers write it.</param>
    /// <returns>What is wrong with the entry; <see langword="null"/> where nothing is.</returns>
    public static string? ReadEntry(string entry, out string origin)
    {
        origin = "";
        var colon = entry.IndexOf("://", StringComparison.Ordinal);

        if (colon < 0)
        {
            return "has no scheme; write https://app.example.com";
        }

        var slash = entry.IndexOfAny(['/', '?', '#'], colon + 3);

        if (slash >= 0 && IsOrigin(entry.AsSpan(0, slash), withStar: true))
        {
            return $"goes on behind the host; an origin has no path and no slash at its end, so write {entry[..slash]}";
        }

        var ascii = ToAscii(entry, colon + 3);

        if (ascii is null || !IsOrigin(ascii, withStar: true))
        {
            return "is no origin; write scheme://host or scheme://host:port, where one whole label of the host may be *";
        }

        origin = WithoutUsualPort(Compressed(ascii.ToLowerInvariant()));
        return null;
    }

    /// <summary>The text without the port that the scheme stands for; browsers never send it.</summary>
    public static string WithoutUsualPort(string origin) => origin switch
    {
        ['h', 't', 't', 'p', ':', .. var rest] when rest.EndsWith(":80", StringComparison.Ordinal) => origin[..^3],
        ['h', 't', 't', 'p', 's', ':', .. var rest] when rest.EndsWith(":443", StringComparison.Ordinal) => origin[..^4],
        _ => origin,
    };

    /// <summary>An origin as logs may show it: nothing that a caller made up.</summary>
    public static string ForLog(StringValues origin)
        => origin.Count == 0 ? "(none)" : origin is [{ } one] && (one == Null || IsOrigin(one)) ? one : "(malformed)";

    private static bool IsHost(ReadOnlySpan<char> host, bool withStar)
    {
        if (host is ['[', .. var address, ']'])
        {
            return !address.Contains('%') && IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6;
        }

        foreach (var part in host.Split('.'))
        {
            if (withStar && host[part] is "*")
            {
                // One only, and never the last label: that would be any domain there is.
                withStar = false;

                if (part.End.Value == host.Length)
                {
                    return false;
                }
            }
            else if (host[part].IsEmpty || host[part].ContainsAnyExcept(LabelLetters))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> text)
        => text.IsEmpty || (text is [':', >= '1' and <= '9', ..] && text.Length <= 6 && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _));

    // Names in other scripts, as browsers send them.
    private static string? ToAscii(string entry, int host)
    {
        if (System.Text.Ascii.IsValid(entry))
        {
            return entry;
        }

        try
        {
            var idn = new IdnMapping();

            // In small letters first: the mapping itself folds them only where the system has its tables.
            var labels = entry[host..].ToLowerInvariant().Split('.').Select(label => System.Text.Ascii.IsValid(label) ? label : idn.GetAscii(label));
            return entry[..host] + string.Join('.', labels);
        }
        catch (ArgumentException)
        {
            // No such name: the caller reports the entry.
            return null;
        }
    }

    // IPv6 addresses have many spellings, of which browsers send the shortest.
    private static string Compressed(string origin)
    {
        var (open, close) = (origin.IndexOf('[', StringComparison.Ordinal), origin.IndexOf(']', StringComparison.Ordinal));
        return open < 0 ? origin : $"{origin[..open]}[{IPAddress.Parse(origin[(open + 1)..close])}]{origin[(close + 1)..]}";
    }
}
