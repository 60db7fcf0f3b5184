using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Reflection;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>Keeps secrets out of what is shown: by type, by name, by form, and wherever a text repeats what the configuration keeps under a secret name.</summary>
internal sealed partial class SecretMask(IConfiguration? configuration)
{
    public const string Masked = LogText.Masked;

    // Shorter ones are found in ordinary words, and are no secrets.
    private const int ShortestSecret = 6;

    private static readonly SensitiveNames Names = new(
    [
        "secret", "password", "passwd", "passphrase", "pwd", "token", "apikey", "privatekey", "accesskey", "accountkey", "key", "connectionstring", "credential", "signature", "webhook",
        "jwt", "otp", "pin", "sig",
    ]);

    // Maps hold headers and the like, whose names say what is in them.
    private static readonly SensitiveNames Keys = new(["authorization", "cookie", "session", "code"]);

    private static readonly Type[] SecretTypes =
    [
        typeof(byte[]), typeof(ReadOnlyMemory<byte>), typeof(Memory<byte>), typeof(SecureString), typeof(AsymmetricAlgorithm), typeof(SymmetricAlgorithm), typeof(KeyedHashAlgorithm), typeof(X509Certificate),
        typeof(ICredentials), typeof(SecurityKey), typeof(SigningCredentials),
    ];

    private readonly Lazy<string[]> _known = new(() => KnownIn(configuration));

    /// <summary>Writes an option's value.</summary>
    public (string? Text, bool IsMasked) Write(TracedOption option)
    {
        if (option.Value is null or "")
        {
            return (option.Value as string, false);
        }

        if (IsSecret(option))
        {
            return (Masked, true);
        }

        var text = OptionText.Of(option.Value);
        return Mask(text) is var masked && string.Equals(masked, text, StringComparison.Ordinal) ? (text, false) : (masked, true);
    }

    /// <summary>Whether the value of an option is secret as a whole.</summary>
    public static bool IsSecret(TracedOption option)
    {
        if (option.Property.IsDefined(typeof(SecretAttribute), inherit: true)
            || option.Property.GetCustomAttribute<DataTypeAttribute>() is { DataType: DataType.Password }
            || IsSecret(option.Property.PropertyType)
            || (option.Value?.GetType() is { } type && IsSecret(type)))
        {
            return true;
        }

        // A switch or a lifetime tells nothing of what it is about.
        return option.Value is not (bool or Enum or TimeSpan or Delegate) && (IsSecretName(option.Property.Name) || (option.Key is { } key && (IsSecretName(key) || Keys.Match(key))));
    }

    /// <summary>Masks what is secret within a text.</summary>
    public string? Mask(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return text;
        }

        foreach (var secret in _known.Value)
        {
            text = text.Replace(secret, Masked, StringComparison.Ordinal);
        }

        text = SecretPatterns.Mask(text);
        text = Assignment().Replace(text, $"${{name}}{Masked}");
        text = PrivateKey().Replace(text, Masked);
        text = Issued().Replace(text, Masked);
        return UserInfo().Replace(text, $"://{Masked}@");
    }

    private static bool IsSecret(Type type)
        => type.IsDefined(typeof(SecretAttribute), inherit: true)
            || Array.Exists(SecretTypes, secret => secret.IsAssignableFrom(type))
            || (type.IsGenericType && Array.Exists(type.GetGenericArguments(), IsSecret))
            || (type.IsArray && type.GetElementType() is { } element && IsSecret(element));

    // SensitiveQueryKeys lists the names of secrets, and holds none.
    private static bool IsSecretName(string name)
        => !name.StartsWith("Sensitive", StringComparison.Ordinal) && (Names.Match(name) || name.EndsWith("Key", StringComparison.Ordinal) || name.EndsWith("Keys", StringComparison.Ordinal));

    private static string[] KnownIn(IConfiguration? configuration)
        => [.. (configuration?.AsEnumerable() ?? [])
            .Where(static pair => pair.Value is not null && !pair.Key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase) && pair.Key is not ("PWD" or "OLDPWD") && IsUnderSecretName(pair.Key))
            .Select(static pair => pair.Value!)
            .Where(static value => value.Length >= ShortestSecret)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(static value => value.Length)];

    private static bool IsUnderSecretName(string path)
        => path.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase) || Array.Exists(path.Split(':'), static part => IsSecretName(part));

    // As connection strings and queries write it.
    [GeneratedRegex(@"(?<name>(password|passwd|pwd|passphrase|secret|token|accountkey|accesskey|apikey|api_key|signature|sig|credential)\w{0,32}\s*=\s*)(?<value>[^\s;,&""'<>=][^\s;,&""'<>]*)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"-----BEGIN [A-Z ]{0,64}-----[^-]*(-----END [A-Z ]{0,64}-----)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PrivateKey();

    // The forms in which well-known services issue theirs.
    [GeneratedRegex(@"\b((sk|pk|rk)_(live|test)_\w{8,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|Bearer\s+\S{8,}|Basic\s+\S{8,})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Issued();

    [GeneratedRegex(@"://[^/\s@]{1,512}@", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserInfo();
}
