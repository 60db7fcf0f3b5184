using System.Buffers;
using System.Buffers.Binary;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>
/// What signed and encrypted cookies share: base64url of a version byte, the key's id, and the body. The version names the kind of body and exactly
/// one is accepted: nothing falls back to a weaker kind. The first key seals, every key opens.
/// </summary>
internal abstract class KeyedSealer(byte version, IReadOnlyList<SealingKey> keys) : ICookieSealer
{
    protected const int HeaderSize = 5;
    private const int OnStack = 1024;

    // Longer than any cookie that a browser keeps or a server's header limit lets through.
    private const int MaxCharacters = 64 * 1024;

    /// <summary>What the body adds to the payload.</summary>
    protected abstract int BodyOverhead { get; }

    public int SealedLength(int payloadLength) => Records.CanonicalBase64Url.EncodedLength(HeaderSize + BodyOverhead + payloadLength);

    public string Seal(ReadOnlySpan<byte> payload)
    {
        var size = HeaderSize + BodyOverhead + payload.Length;
        var rented = size > OnStack ? ArrayPool<byte>.Shared.Rent(size) : null;
        var bytes = rented is null ? stackalloc byte[OnStack] : rented;
        bytes = bytes[..size];
        bytes[0] = version;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1..], keys[0].Id);
        SealBody(0, payload, bytes[..HeaderSize], bytes[HeaderSize..]);

        var text = Records.CanonicalBase64Url.Encode(bytes);

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return text;
    }

    public bool TryOpen(ReadOnlySpan<char> value, out byte[] payload)
    {
        payload = [];

        if (value.Length > MaxCharacters)
        {
            return false;
        }

        var most = Records.CanonicalBase64Url.MaxDecodedLength(value.Length);
        var rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented is null ? stackalloc byte[OnStack] : rented;

        var opened = Records.CanonicalBase64Url.TryDecode(value, bytes, out var size)
            && size >= HeaderSize + BodyOverhead
            && bytes[0] == version
            && TryOpen(bytes[..size], out payload);

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return opened;
    }

    protected abstract void SealBody(int key, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> header, Span<byte> body);

    protected abstract bool TryOpenBody(int key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, Span<byte> payload);

    private bool TryOpen(ReadOnlySpan<byte> bytes, out byte[] payload)
    {
        var id = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
        payload = [];

        for (var key = 0; key < keys.Count; key++)
        {
            if (keys[key].Id != id)
            {
                continue;
            }

            var result = new byte[bytes.Length - HeaderSize - BodyOverhead];

            if (TryOpenBody(key, bytes[..HeaderSize], bytes[HeaderSize..], result))
            {
                payload = result;
                return true;
            }
        }

        return false;
    }
}
