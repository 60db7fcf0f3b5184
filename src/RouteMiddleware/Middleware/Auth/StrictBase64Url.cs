using System.Buffers;
using System.Buffers.Text;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Base64url in the one form that an issuer writes: no padding, no white space, no leftover bits. The platform's decoder forgives all three.</summary>
internal static class StrictBase64Url
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(Letters);

    public static bool IsCanonical(ReadOnlySpan<char> text)
        => !text.IsEmpty
            && !text.ContainsAnyExcept(Alphabet)
            && (text.Length % 4) switch
            {
                0 => true,
                2 => Letters.IndexOf(text[^1], StringComparison.Ordinal) % 16 == 0,
                3 => Letters.IndexOf(text[^1], StringComparison.Ordinal) % 4 == 0,
                _ => false,
            };

    public static byte[]? Decode(ReadOnlySpan<char> text) => IsCanonical(text) ? Base64Url.DecodeFromChars(text) : null;
}
