using System.Buffers.Binary;
using System.Numerics;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What writer and reader of kept bytes agree on.</summary>
internal static class CacheItemFormat
{
    /// <summary>The first byte. Another one is another version's.</summary>
    public const byte Version = 1;

    public const byte Answer = 1;

    public const byte Vary = 2;

    public const byte Pass = 3;

    /// <summary>Version, kind, checksum.</summary>
    public const int HeadLength = 6;

    public const int MaxTags = 256;

    /// <summary>Against bytes that were damaged, not against bytes that were forged.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;

        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var part in bytes)
        {
            sum = BitOperations.Crc32C(sum, part);
        }

        return sum;
    }

    /// <summary>What a server takes as a header's value, whatever its settings.</summary>
    public static bool IsHeaderValue(ReadOnlySpan<byte> value) => !value.ContainsAnyExceptInRange((byte)' ', (byte)'~') || !value.ContainsAnyExcept(Plain);

    private static readonly System.Buffers.SearchValues<byte> Plain
        = System.Buffers.SearchValues.Create([(byte)'\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(static letter => (byte)letter)]);
}
