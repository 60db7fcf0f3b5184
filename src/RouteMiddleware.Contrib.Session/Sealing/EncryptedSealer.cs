using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>Readable and changeable by nobody: AES-256-GCM, whose tag covers the version and the key's id as well.</summary>
internal sealed class EncryptedSealer(IReadOnlyList<SealingKey> keys) : KeyedSealer(Version, keys)
{
    public const string Purpose = "encrypted";
    private const byte Version = 2;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    // An instance serves one caller at a time.
    private readonly ObjectPool<AesGcm>[] _pools = [.. keys.Select(static key => new DefaultObjectPool<AesGcm>(new CipherPolicy(key)))];

    protected override int BodyOverhead => NonceSize + TagSize;

    protected override void SealBody(int key, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> header, Span<byte> body)
    {
        var nonce = body[..NonceSize];
        RandomNumberGenerator.Fill(nonce);

        var cipher = _pools[key].Get();
        cipher.Encrypt(nonce, payload, body.Slice(NonceSize, payload.Length), body[(NonceSize + payload.Length)..], header);
        _pools[key].Return(cipher);
    }

    protected override bool TryOpenBody(int key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, Span<byte> payload)
    {
        var cipher = _pools[key].Get();

        try
        {
            cipher.Decrypt(body[..NonceSize], body.Slice(NonceSize, payload.Length), body[(NonceSize + payload.Length)..], payload, header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            _pools[key].Return(cipher);
        }
    }

    private sealed class CipherPolicy(SealingKey key) : PooledObjectPolicy<AesGcm>
    {
        public override AesGcm Create() => new(key.Bytes, TagSize);

        public override bool Return(AesGcm obj) => true;
    }
}
