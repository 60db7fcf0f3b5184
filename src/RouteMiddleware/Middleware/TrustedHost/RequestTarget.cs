using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>The request target as it came: a path, or an address whose host may differ from the header's.</summary>
/// <remarks>Source: RFC 9112 3.2.</remarks>
internal static class RequestTarget
{
    /// <summary>Whether the target names a host at all: a path and <c>*</c> don't.</summary>
    public static bool NamesAHost(string target) => target is not ("" or "*" or ['/', ..]);

    /// <summary>Whether a target that names a host names the header's.</summary>
    public static bool IsOf(string target, string method, HostText header)
    {
        if (HttpMethods.IsConnect(method))
        {
            return HostText.TryParse(target, out var named) && named.IsSameAs(header, 0);
        }

        var defaultPort = target.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? 443 : 80;
        return HostText.TryParse(target.AsSpan()[AuthorityOf(target)], out var host) && host.IsSameAs(header, defaultPort);
    }

    /// <summary>Path and query as they came; only what can't stand in a header is escaped.</summary>
    public static string PathAndQuery(string target)
    {
        var rest = target is ['/', ..] ? target : target[AuthorityOf(target).End..];
        var path = new StringBuilder(rest.Length + 1);

        if (rest is not ['/', ..])
        {
            path.Append('/');
        }

        Span<byte> bytes = stackalloc byte[4];

        foreach (var rune in rest.EnumerateRunes())
        {
            // In a target a '#' is data; in the answer it would begin a fragment, which is never sent.
            if (rune.Value is > ' ' and <= '~' and not '#')
            {
                path.Append((char)rune.Value);
                continue;
            }

            foreach (var part in bytes[..rune.EncodeToUtf8(bytes)])
            {
                path.Append(CultureInfo.InvariantCulture, $"%{part:X2}");
            }
        }

        return path.ToString();
    }

    // Nothing where there is no scheme: an empty host is none.
    private static Range AuthorityOf(string target)
    {
        var start = target.IndexOf("://", StringComparison.Ordinal) + 3;

        if (start < 3)
        {
            return 0..0;
        }

        var end = target.AsSpan(start).IndexOfAny('/', '?', '#');
        return start..(end < 0 ? target.Length : start + end);
    }
}
