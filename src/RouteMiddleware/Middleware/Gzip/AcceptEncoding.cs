using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Reads <c>Accept-Encoding</c>.</summary>
/// <remarks>Source: RFC 9110 12.5.3 and 12.4.2. A member that breaks the grammar counts for nothing: what is not understood is not asked for.</remarks>
internal static class AcceptEncoding
{
    private const int Unnamed = -1;

    public static ContentCoding Choose(StringValues header, bool isBrotliOn)
    {
        var (gzip, brotli, identity, any) = (Unnamed, Unnamed, Unnamed, Unnamed);

        foreach (var line in header)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var member = line.AsSpan()[range].Trim(" \t");
                var semicolon = member.IndexOf(';');
                var name = semicolon < 0 ? member : member[..semicolon].TrimEnd(" \t");
                var quality = semicolon < 0 ? 1000 : QualityOf(member[(semicolon + 1)..].TrimStart(" \t"));

                if (quality < 0)
                {
                    continue;
                }

                if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase))
                {
                    gzip = Lower(gzip, quality);
                }
                else if (name.Equals("br", StringComparison.OrdinalIgnoreCase))
                {
                    brotli = Lower(brotli, quality);
                }
                else if (name.Equals("identity", StringComparison.OrdinalIgnoreCase))
                {
                    identity = Lower(identity, quality);
                }
                else if (name is "*")
                {
                    any = Lower(any, quality);
                }
            }
        }

        gzip = gzip == Unnamed ? any : gzip;
        brotli = !isBrotliOn ? 0 : brotli == Unnamed ? any : brotli;
        identity = identity == Unnamed ? any : identity;

        return Math.Max(gzip, brotli) <= 0 || identity > Math.Max(gzip, brotli) ? ContentCoding.Identity
            : brotli >= gzip ? ContentCoding.Brotli
            : ContentCoding.Gzip;
    }

    // Whoever says yes and no at once is not sent what it might not read.
    private static int Lower(int known, int quality) => known == Unnamed ? quality : Math.Min(known, quality);

    // In thousandths; negative where it is none.
    private static int QualityOf(ReadOnlySpan<char> text)
    {
        if (text is not ['q' or 'Q', '=', ('0' or '1') and var whole, .. var rest])
        {
            return -1;
        }

        if (rest.IsEmpty)
        {
            return (whole - '0') * 1000;
        }

        if (rest[0] != '.' || rest.Length > 4)
        {
            return -1;
        }

        var (quality, unit) = ((whole - '0') * 1000, 100);

        foreach (var digit in rest[1..])
        {
            if (!char.IsAsciiDigit(digit))
            {
                return -1;
            }

            quality += (digit - '0') * unit;
            unit /= 10;
        }

        return quality <= 1000 ? quality : -1;
    }
}
