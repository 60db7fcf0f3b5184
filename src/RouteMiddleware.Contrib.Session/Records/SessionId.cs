using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>A session's id: 128 random bits. Compared in constant time, so that a lookup tells nothing about ids that are close.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct SessionId(ulong high, ulong low) : IEquatable<SessionId>
{
    public const int Size = 16;
    private const int TextLength = 22;

    private readonly ulong _high = high;
    private readonly ulong _low = low;

    public static SessionId New()
    {
        Span<byte> bytes = stackalloc byte[Size];
        RandomNumberGenerator.Fill(bytes);
        return Read(bytes);
    }

    public static SessionId Read(ReadOnlySpan<byte> bytes)
        => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public static bool TryParse(ReadOnlySpan<char> text, out SessionId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        id = default;

        if (text.Length != TextLength || !CanonicalBase64Url.TryDecode(text, bytes, out var count) || count != Size)
        {
            return false;
        }

        id = Read(bytes);
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    public bool Equals(SessionId other) => ((_high ^ other._high) | (_low ^ other._low)) == 0;

    public override bool Equals(object? obj) => obj is SessionId other && Equals(other);

    // Seeded anew in each process: nobody outside can aim ids at one bucket.
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return CanonicalBase64Url.Encode(bytes);
    }
}
