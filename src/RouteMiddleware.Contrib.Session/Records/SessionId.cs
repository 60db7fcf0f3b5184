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

    /// <summary>Reads the one canonical text of an id: 22 characters of base64url, of which the last carries two bits only.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionId id)
    {
        id = default;

        if (text.Length != TextLength)
        {
            return false;
        }

        ulong high = 0, low = 0;

        foreach (var letter in text[..(TextLength - 1)])
        {
            var bits = CanonicalBase64Url.ValueOf(letter);

            if (bits < 0)
            {
                return false;
            }

            high = (high << 6) | (low >> 58);
            low = (low << 6) | (uint)bits;
        }

        var last = CanonicalBase64Url.ValueOf(text[^1]);

        if (last < 0 || (last & 0b1111) != 0)
        {
            return false;
        }

        id = new((high << 2) | (low >> 62), (low << 2) | (uint)(last >> 4));
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
