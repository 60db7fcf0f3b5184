using System.Buffers.Text;
using System.Text;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Reads the secret of the settings, and refuses one that somebody else could know. No message of it shows the secret.</summary>
internal static class SigningSecret
{
    private const string Base64Prefix = "base64:";

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

        if (WeakSecret.FindFault(key, minimumBytes, " for the allowed algorithms") is not { } fault)
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
}
