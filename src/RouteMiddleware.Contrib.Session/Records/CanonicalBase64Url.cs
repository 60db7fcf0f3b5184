using System.Buffers;
using System.Buffers.Text;

namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>base64url in its one canonical form: no padding, no white space, no stray bits. Two texts never mean the same bytes.</summary>
internal static class CanonicalBase64Url
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static int EncodedLength(int bytes) => Base64Url.GetEncodedLength(bytes);

    public static int MaxDecodedLength(int characters) => Base64Url.GetMaxDecodedLength(characters);

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Reads the text into <paramref name="destination"/>, which has room for <see cref="MaxDecodedLength"/> bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        var rest = text.Length % 4;

        if (text.IsEmpty || rest == 1 || text.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        // The last character of a partial group carries bits that no byte uses; they must be zero, or many texts would mean one value.
        var unused = rest switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        return (ValueOf(text[^1]) & unused) == 0 && Base64Url.TryDecodeFromChars(text, destination, out written);
    }

    private static int ValueOf(char letter) => letter switch
    {
        >= 'A' and <= 'Z' => letter - 'A',
        >= 'a' and <= 'z' => letter - 'a' + 26,
        >= '0' and <= '9' => letter - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
