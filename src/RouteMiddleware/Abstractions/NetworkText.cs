using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace RouteMiddleware;

/// <summary>
/// One address or network as people write it: <c>192.0.2.7</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>. The framework's reader also takes <c>1</c>, <c>0x7f.1</c>
/// and <c>010.0.0.1</c>, which nobody means as they are read.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NetworkText(bool IsFour, UInt128 First, UInt128 Last)
{
    private const string Accepted = "must be an IPv4 or IPv6 address, or a network such as 10.0.0.0/8 or 2001:db8::/32.";

    private static readonly SearchValues<char> SixLetters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Reads the text, or tells the rule that it breaks.</summary>
    public static bool TryParse(string? text, out NetworkText network, [NotNullWhen(false)] out string? rule)
    {
        network = default;
        rule = Accepted;

        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;

        if (text is null || !TryParseAddress(slash < 0 ? text : text.AsSpan(0, slash), out var isFour, out var address))
        {
            return false;
        }

        var bits = isFour ? 32 : 128;
        var length = bits;

        if (slash >= 0 && !TryParseNumber(text.AsSpan(slash + 1), bits, out length))
        {
            rule = string.Create(CultureInfo.InvariantCulture, $"must end with a length of 0 to {bits} behind the '/'.");
            return false;
        }

        if (!isFour && length >= 96 && IsMapped(address))
        {
            (isFour, bits, length, address) = (true, 32, length - 96, address & uint.MaxValue);
        }

        // A shift by all 128 bits would be one by none.
        var hosts = length == bits ? UInt128.Zero : UInt128.MaxValue >> (128 - (bits - length));

        if ((address & hosts) != UInt128.Zero)
        {
            rule = string.Create(CultureInfo.InvariantCulture, $"must not have bits set behind its /{length}: write the network's first address, or the address alone.");
            return false;
        }

        network = new(isFour, address, address | hosts);
        rule = null;
        return true;
    }

    /// <summary>Whether these are the bits of an IPv4 address in IPv6 clothes, <c>::ffff:a.b.c.d</c>.</summary>
    public static bool IsMapped(UInt128 address) => address >> 32 == 0xffff;

    private static bool TryParseAddress(ReadOnlySpan<char> text, out bool isFour, out UInt128 address)
    {
        isFour = !text.Contains(':');
        address = default;

        if (isFour)
        {
            return TryParseFour(text, out address);
        }

        // A dotted tail is held to the same digits; zones, brackets and prefixes have letters of their own.
        var tail = text[(text.LastIndexOf(':') + 1)..];

        if (text.ContainsAnyExcept(SixLetters) || (tail.Contains('.') && !TryParseFour(tail, out _)) || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        var isSix = parsed.TryWriteBytes(bytes, out var count) && count == 16;
        address = isSix ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : default;
        return isSix;
    }

    private static bool TryParseFour(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = default;
        var parts = 0;

        foreach (var part in text.Split('.'))
        {
            if (++parts > 4 || !TryParseNumber(text[part], 255, out var number))
            {
                return false;
            }

            address = (address << 8) | (uint)number;
        }

        return parts == 4;
    }

    // Digits alone, and no zero in front: other readers take that for octal.
    private static bool TryParseNumber(ReadOnlySpan<char> text, int max, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= max && text.Length <= 3 && (text.Length == 1 || text[0] != '0');
}
