using System.Buffers;
using System.Buffers.Text;

namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>base64url in its one canonical form: no padding, no white space, no stray bits. Two texts never mean the same bytes.</summary>
internal static class CanonicalBase64Url
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(Letters);
    private static readonly sbyte[] Values = CreateValues();

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

    /// <summary>The six bits of a character, or -1 for one that is not of the alphabet.</summary>
    public static int ValueOf(char letter) => letter < Values.Length ? Values[letter] : -1;

    private static sbyte[] CreateValues()
    {
        var values = new sbyte[128];
        Array.Fill(values, (sbyte)-1);

        for (var i = 0; i < Letters.Length; i++)
        {
            values[Letters[i]] = (sbyte)i;
        }

        return values;
    }
}
