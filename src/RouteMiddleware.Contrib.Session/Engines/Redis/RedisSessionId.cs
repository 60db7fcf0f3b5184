using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>
/// What the cookie of a session in Redis holds: 128 random bits that name its record for as long as it lives, and 128 that prove the right to it and change with each rotation. So a
/// rotation stays in one key, and in one slot of a cluster. Redis sees hashes of both only.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RedisSessionId(SessionId family, SessionId secret)
{
    private const int Size = 2 * SessionId.Size;

    private static readonly int TextLength = CanonicalBase64Url.EncodedLength(Size);

    public SessionId Family { get; } = family;

    public SessionId Secret { get; } = secret;

    /// <summary>Reads the next cookie that has the form of an id; others cost no call. Tells whether there was one of another form.</summary>
    public static bool TryNext(ref CookieValues cookies, out RedisSessionId id, ref bool malformed)
    {
        while (cookies.TryNext(out var text))
        {
            if (TryParse(text, out id))
            {
                return true;
            }

            malformed |= !text.IsEmpty;
        }

        id = default;
        return false;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out RedisSessionId id)
    {
        Span<byte> bytes = stackalloc byte[Size + 3];
        id = default;

        if (text.Length != TextLength || !CanonicalBase64Url.TryDecode(text, bytes, out var count) || count != Size)
        {
            return false;
        }

        id = new(SessionId.Read(bytes), SessionId.Read(bytes[SessionId.Size..]));
        return true;
    }

    /// <summary>The name of the record: in the key, and to those who manage sessions. Nobody can make a cookie of it.</summary>
    public string Handle()
    {
        Span<byte> bytes = stackalloc byte[SessionId.Size];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Family.Write(bytes);
        SHA256.HashData(bytes, hash);
        return CanonicalBase64Url.Encode(hash);
    }

    /// <summary>What the record keeps of the whole id, to compare with.</summary>
    public byte[] Proof()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return SHA256.HashData(bytes);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return CanonicalBase64Url.Encode(bytes);
    }

    private void Write(Span<byte> bytes)
    {
        Family.Write(bytes);
        Secret.Write(bytes[SessionId.Size..]);
    }
}
