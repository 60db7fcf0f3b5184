using System.Buffers.Text;
using System.Text;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Reads the secret of the settings, and refuses one that somebody else could know. No message of it shows the secret.</summary>
internal static class SigningSecret
{
    private const string Base64Prefix = "base64:";
    private const int LongestSimplePeriod = 10;
    private const int FewestDistinctBytes = 8;

    // Keys that stand in tutorials, without their punctuation and in lower case.
    private static readonly string[] PublishedKeys =
    [
        "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
        "5367566b59703373367639792f423f4528482b4d6251655468576d5a71347437",
        "db3oisjbxe9nzdy0t8w3tcnekrf2d1sfnwg4hnv8tzy30itodtvwjg8abwvb1glogjuqzdcf2luqmhccmw",
        "jwtauthenticationhighsecuredpasswordvvvp1oh7xzyr",
        "byym000ollmqg6vvvp1oh7xzyr7ghuw1qvuc5dcgt3snm",
        "astringsecretatleast256bitslong",
        "avalidstringsecretthatisatleast384bitslong",
        "avalidstringsecretthatisatleast512bitslongwhichisverylong",
        "thisismycustomsecretkeyforauthentication",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "mysecretkeyforjwtauthentication12345",
        "thisisaverylongsecretkeyforjwtauthentication",
        "abcdefghijklmnopqrstuvwxyz123456",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "abcdefghijklmnopqrstuvwxyz1234567890",
    ];

    // What placeholders say: a secret with one of these in it was written for a reader, who was asked to change it.
    private static readonly string[] Placeholders =
    [
        "changeme", "changethis", "pleasechange", "replaceme", "replaceit", "replacethis", "insertyour", "yoursecret", "yoursupersecret", "yourverysecret", "yourownsecret",
        "your256bitsecret", "your384bitsecret", "your512bitsecret",
    ];

    /// <summary>Reads a secret.</summary>
    /// <param name="secret">The text of the settings.</param>
    /// <param name="minimumBytes">What the longest allowed algorithm needs.</param>
    /// <param name="faults">Gets a sentence for each broken rule.</param>
    /// <returns>The key, or <see langword="null"/> where a rule is broken.</returns>
    public static byte[]? Read(string secret, int minimumBytes, ICollection<string> faults)
    {
        byte[] key;

        if (!secret.StartsWith(Base64Prefix, StringComparison.Ordinal))
        {
            key = Encoding.UTF8.GetBytes(secret);
        }
        else if (!TryDecode(secret.AsSpan(Base64Prefix.Length), out key))
        {
            faults.Add($"{nameof(AuthOptions.Secret)} begins with '{Base64Prefix}' but what follows is no base64.");
            return null;
        }

        if (FindFault(key, minimumBytes) is not { } fault)
        {
            return key;
        }

        faults.Add($"{nameof(AuthOptions.Secret)} {fault} Draw a new one at random, for example with 'openssl rand -base64 {Math.Max(48, minimumBytes)}', and keep it out of the source code.");
        return null;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] key)
    {
        key = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length) + 3];
        var decoded = Convert.TryFromBase64Chars(text, key, out var length);
        key = key[..length];
        return decoded;
    }

    private static string? FindFault(byte[] key, int minimumBytes)
    {
        if (key.Length < minimumBytes)
        {
            return $"must have at least {minimumBytes} bytes for the allowed algorithms, but has {key.Length}.";
        }

        if (HasShortPeriod(key))
        {
            return "repeats one character or a short text over and over.";
        }

        if (key.Distinct().Count() < FewestDistinctBytes)
        {
            return $"has fewer than {FewestDistinctBytes} different bytes.";
        }

        return IsWellKnown(key) ? "is a well-known text or a placeholder of an example." : null;
    }

    private static bool HasShortPeriod(ReadOnlySpan<byte> key)
    {
        for (var period = 1; period <= LongestSimplePeriod; period++)
        {
            // The text equals itself, shifted: everything after the first period is repetition.
            if (key[period..].SequenceEqual(key[..^period]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWellKnown(byte[] key)
    {
        if (!Ascii.IsValid(key))
        {
            return false;
        }

        var text = string.Concat(key.Select(static value => (char)value).Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));

        return PublishedKeys.Contains(text, StringComparer.Ordinal) || Placeholders.Any(placeholder => text.Contains(placeholder, StringComparison.Ordinal));
    }
}
