using System.Text;

namespace RouteMiddleware;

/// <summary>Finds secrets that somebody else could know. No message of it shows one.</summary>
internal static class WeakSecret
{
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

    /// <summary>Finds out why a secret is weak.</summary>
    /// <param name="key">The secret.</param>
    /// <param name="minimumBytes">How long it has to be.</param>
    /// <param name="purpose">What it has to be so long for, with a space in front.</param>
    /// <returns>The rule that is broken, as the rest of a sentence; <see langword="null"/> where none is.</returns>
    public static string? FindFault(byte[] key, int minimumBytes, string purpose = "")
    {
        if (key.Length < minimumBytes)
        {
            return $"must have at least {minimumBytes} bytes{purpose}, but has {key.Length}.";
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
