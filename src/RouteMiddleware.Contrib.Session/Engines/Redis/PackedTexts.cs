using System.Buffers.Binary;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>A list of texts as MessagePack (msgpack.org, specification of 2013), as a script packs it. What is read shares the memory that it was read from.</summary>
internal struct PackedTexts
{
    private const int ShortLength = 0x1f;

    private ReadOnlyMemory<byte> _rest;

    /// <summary>Begins to read.</summary>
    /// <exception cref="FormatException">It is no list.</exception>
    public PackedTexts(ReadOnlyMemory<byte> packed)
    {
        _rest = packed;

        Count = Byte() switch
        {
            var type and >= 0x90 and <= 0x9f => type & 0x0f,
            0xdc => Length(sizeof(ushort)),
            0xdd => Length(sizeof(uint)),
            var type => throw new FormatException($"A list was expected, but a value of type 0x{type:x2} was found."),
        };
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Reads the next one.</summary>
    /// <exception cref="FormatException">It is no text, or is cut off.</exception>
    public ReadOnlyMemory<byte> Next()
    {
        var length = Byte() switch
        {
            var type and >= 0xa0 and <= 0xbf => type & ShortLength,
            0xd9 => Length(sizeof(byte)),
            0xda => Length(sizeof(ushort)),
            0xdb => Length(sizeof(uint)),
            var type => throw new FormatException($"A text was expected, but a value of type 0x{type:x2} was found."),
        };

        return Take(length);
    }

    private int Byte() => Take(1).Span[0];

    private int Length(int size)
    {
        var bytes = Take(size).Span;
        return size switch
        {
            sizeof(byte) => bytes[0],
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            _ => (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        };
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new FormatException("The list is cut off.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
