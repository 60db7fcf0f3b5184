using System.Text;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>Reads a secret from the settings, and refuses those that protect nothing. Its messages never show the secret.</summary>
internal static class SecretText
{
    private const string Base64Prefix = "base64:";
    private const int MinimumBytes = 32;
    private const int MinimumDifferentBytes = 6;
    private const int LongestRepetition = 16;

    // Secrets that documentation, templates and tutorials print; compared by letters and digits alone.
    private static readonly HashSet<string> WellKnown = new(StringComparer.Ordinal)
    {
        "astringsecretatleast256bitslong",
        "your256bitsecretyour256bitsecret",
        "yourverysecretkeythatisatleast32characterslong",
        "yoursupersecretkeythatisatleast32characterslong",
        "yoursecretkeythatisatleast32characterslong",
        "yoursecretkeymustbeatleast32characterslong",
        "yoursecretkeyhereatleast32characterslong",
        "thisismycustomsecretkeyforauthentication",
        "thisisasecretkeythatshouldbechangedinproduction",
        "supersecretkeythatshouldbechangedinproduction",
        "pleasechangethissecretkeyinproduction",
        "changemechangemechangemechangeme",
        "changethissecretbeforegoingtoproduction",
        "insertyoursecretkeyhereatleast32characters",
        "mysupersecretkeymysupersecretkey",
        "secretsecretsecretsecretsecretsecret",
        "passwordpasswordpasswordpassword",
        "0123456789012345678901234567890123456789",
        "01234567890123456789012345678901",
        "12345678901234567890123456789012",
        "abcdefghijklmnopqrstuvwxyzabcdef",
        "abcdefghijklmnopqrstuvwxyz123456",
        "abcdefghijklmnopqrstuvwxyz012345",
    };

    /// <summary>The secret's bytes; <see langword="null"/> with the rule that it breaks.</summary>
    public static byte[]? Read(string text, out string? fault)
    {
        var bytes = Decode(text);
        fault = FaultOf(text, bytes);
        return fault is null ? bytes : null;
    }

    private static byte[]? Decode(string text)
    {
        if (!text.StartsWith(Base64Prefix, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var encoded = text.AsSpan(Base64Prefix.Length);
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64Chars(encoded, bytes, out var count) ? bytes[..count] : null;
    }

    private static string? FaultOf(string text, byte[]? bytes) => bytes switch
    {
        null => "is no base64 behind 'base64:'.",
        { Length: < MinimumBytes } => $"must have {MinimumBytes} bytes or more, but has {bytes.Length}.",
        _ when bytes.Distinct().Count() < MinimumDifferentBytes || Repeats(bytes) => "repeats the same few characters; make a random one.",
        _ when WellKnown.Contains(Letters(text)) => "is a well-known example; make a random one.",
        _ => null,
    };

    // One short text over and over: it equals itself, shifted by its length.
    private static bool Repeats(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= LongestRepetition; length++)
        {
            if (bytes[length..].SequenceEqual(bytes[..^length]))
            {
                return true;
            }
        }

        return false;
    }

    private static string Letters(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));
}
