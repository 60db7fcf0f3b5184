using System.Buffers;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>The beginning of an answer, kept back until it is known what becomes of it.</summary>
internal struct KeptBytes
{
    private byte[]? _bytes;

    public int Count { get; private set; }

    /// <summary>Keeps more.</summary>
    /// <param name="data">What there is room for.</param>
    /// <param name="room">The room for all of it.</param>
    public void Add(ReadOnlySpan<byte> data, int room)
    {
        _bytes ??= ArrayPool<byte>.Shared.Rent(room);
        data.CopyTo(_bytes.AsSpan(Count));
        Count += data.Length;
    }

    /// <summary>Hands it out, to be read until <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var kept = _bytes.AsMemory(0, Count);
        Count = 0;
        return kept;
    }

    public void Release()
    {
        if (_bytes is { } bytes)
        {
            (_bytes, Count) = (null, 0);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
