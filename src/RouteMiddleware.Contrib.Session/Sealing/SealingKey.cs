using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>A key derived from one secret for one purpose and one cookie name: a cookie of another purpose or name can't be opened with it.</summary>
internal sealed class SealingKey
{
    public const int Size = 32;

    private SealingKey(uint id, byte[] bytes)
    {
        Id = id;
        Bytes = bytes;
    }

    /// <summary>Tells which key sealed a cookie. Says nothing about the key.</summary>
    public uint Id { get; }

    public byte[] Bytes { get; }

    public static SealingKey Derive(byte[] secret, string purpose, string cookieName)
    {
        var salt = "RouteMiddleware.Contrib.Session"u8;
        Span<byte> id = stackalloc byte[4];
        var bytes = new byte[Size];

        // A cookie name has no zero byte: no two pairs of purpose and name give one text.
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, bytes, salt, Encoding.UTF8.GetBytes($"{purpose} key\0{cookieName}"));
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, id, salt, Encoding.UTF8.GetBytes($"{purpose} key id\0{cookieName}"));
        return new(BinaryPrimitives.ReadUInt32LittleEndian(id), bytes);
    }
}
