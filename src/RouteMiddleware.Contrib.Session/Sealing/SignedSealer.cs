using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>Readable by whoever holds the cookie, changeable by nobody: the payload and its HMAC-SHA256.</summary>
internal sealed class SignedSealer(IReadOnlyList<SealingKey> keys) : KeyedSealer(Version, keys)
{
    public const string Purpose = "signed";
    private const byte Version = 1;
    private const int MacSize = 32;

    // A reused instance costs half of a one-shot call, and serves one caller at a time.
    private readonly ObjectPool<IncrementalHash>[] _pools = [.. keys.Select(static key => new DefaultObjectPool<IncrementalHash>(new HashPolicy(key)))];

    protected override int BodyOverhead => MacSize;

    protected override void SealBody(int key, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> header, Span<byte> body)
    {
        payload.CopyTo(body);
        Sign(key, header, payload, body[payload.Length..]);
    }

    protected override bool TryOpenBody(int key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, Span<byte> payload)
    {
        var signed = body[..payload.Length];
        Span<byte> mac = stackalloc byte[MacSize];
        Sign(key, header, signed, mac);

        if (!CryptographicOperations.FixedTimeEquals(mac, body[payload.Length..]))
        {
            return false;
        }

        signed.CopyTo(payload);
        return true;
    }

    private void Sign(int key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        var hash = _pools[key].Get();
        hash.AppendData(header);
        hash.AppendData(payload);
        hash.GetHashAndReset(mac);
        _pools[key].Return(hash);
    }

    private sealed class HashPolicy(SealingKey key) : PooledObjectPolicy<IncrementalHash>
    {
        public override IncrementalHash Create() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes);

        public override bool Return(IncrementalHash obj) => true;
    }
}
