using System.Globalization;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>Sizes as arguments write them: <c>512kb</c>, <c>1mb</c>.</summary>
internal static class ByteSize
{
    // The longer ends first: each of them ends in 'b'.
    private static readonly (string Suffix, long Bytes)[] Units =
    [
        ("kib", 1L << 10),
        ("mib", 1L << 20),
        ("gib", 1L << 30),
        ("kb", 1L << 10),
        ("mb", 1L << 20),
        ("gb", 1L << 30),
        ("b", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        var number = text.AsSpan().Trim();
        bytes = 1;

        foreach (var (suffix, size) in Units)
        {
            if (number.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^suffix.Length].TrimEnd();
                bytes = size;
                break;
            }
        }

        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue / bytes)
        {
            return false;
        }

        bytes *= count;
        return true;
    }
}
