using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>A signed cookie as one writes it by hand: value, dot, HMAC-SHA256.</summary>
internal static class SignedValue
{
    public static string Sign(string value) => $"{value}.{Base64Url.EncodeToString(HMACSHA256.HashData(WireServer.Key, Encoding.UTF8.GetBytes(value)))}";

    public static string? Read(string? cookie)
    {
        if (cookie is null || cookie.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot))
        {
            return null;
        }

        Span<byte> value = stackalloc byte[64];
        Span<byte> expected = stackalloc byte[32];
        Span<byte> actual = stackalloc byte[32];

        return Encoding.UTF8.TryGetBytes(cookie.AsSpan(0, dot), value, out var length)
            && HMACSHA256.TryHashData(WireServer.Key, value[..length], expected, out _)
            && Base64Url.TryDecodeFromChars(cookie.AsSpan(dot + 1), actual, out var written)
            && written == 32
            && CryptographicOperations.FixedTimeEquals(expected, actual)
                ? cookie[..dot]
                : null;
    }
}
