using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Masks secrets in texts: the values that the configuration and the request keep under secret names, and whatever looks like one.</summary>
internal sealed partial class SecretTexts(IConfiguration? configuration = null)
{
    public const string Masked = "[masked]";

    // Shorter ones are found in ordinary words, and are no secrets.
    private const int ShortestSecret = 6;

    // Whoever has the address of a webhook may post there.
    private static readonly string[] SecretNames =
        ["secret", "password", "passwd", "passphrase", "pwd", "token", "key", "credential", "connectionstring", "signature", "webhook"];

    // Of the settings these are no secrets: they hold names and lifetimes.
    private static readonly string[] SecretHeaders = ["authorization", "cookie", "session", "bypass"];

    private Known? _known;

    /// <summary>Whether a value under that path of the configuration is secret.</summary>
    public static bool IsSecretName(string name) => Contains(name, SecretNames);

    /// <summary>Whether the value of a header or query parameter of that name is secret.</summary>
    public static bool IsSecretOfRequest(string name)
        => Contains(name, SecretNames) || Contains(name, SecretHeaders) || name.ToUpperInvariant() is "CODE" or "SIG" or "AUTH";

    /// <summary>Masks what is secret wherever it stands.</summary>
    public string Mask(string text) => Mask(text, []);

    /// <summary>Masks what is secret wherever it stands, and what this request sent under secret names.</summary>
    public Func<string, string> MaskFor(HttpContext context)
    {
        var own = OfRequest(context.Request).Where(static value => value.Length >= ShortestSecret).OrderByDescending(static value => value.Length).ToArray();
        return text => Mask(text, own);
    }

    private static bool Contains(string name, string[] parts)
    {
        var letters = string.Concat(name.Where(char.IsAsciiLetterOrDigit));
        return Array.Exists(parts, part => letters.Contains(part, StringComparison.OrdinalIgnoreCase));
    }

    private string Mask(string text, string[] more)
    {
        foreach (var secret in more)
        {
            text = text.Replace(secret, Masked, StringComparison.Ordinal);
        }

        foreach (var secret in OfConfiguration())
        {
            text = text.Replace(secret, Masked, StringComparison.Ordinal);
        }

        text = JsonWebToken().Replace(text, Masked);
        text = Assignment().Replace(text, $"${{name}}{Masked}");
        return UserInfo().Replace(text, $"://{Masked}@");
    }

    private static IEnumerable<string> OfRequest(HttpRequest request)
    {
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in IsSecretOfRequest(name) ? values.OfType<string>() : [])
            {
                yield return value;

                // What stands behind the scheme, such as Bearer, is the secret.
                yield return value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            }
        }

        foreach (var cookie in request.Cookies)
        {
            yield return cookie.Value;
        }

        foreach (var (_, value) in request.Query.Where(static parameter => IsSecretOfRequest(parameter.Key)))
        {
            yield return value.ToString();
        }
    }

    private string[] OfConfiguration()
    {
        if (configuration is null)
        {
            return [];
        }

        if (_known is not { } known || known.Token.HasChanged)
        {
            // The token first: a change while the values are read must not be missed.
            var token = configuration.GetReloadToken();
            _known = known = new(token, Read(configuration));
        }

        return known.Values;
    }

    private static string[] Read(IConfiguration configuration)
        => [.. configuration.AsEnumerable()

            // Log levels stand under names of classes, some of which deal with tokens.
            .Where(static pair => pair.Value is not null && !pair.Key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase) && !IsWorkingDirectory(pair.Key) && IsSecretName(pair.Key))
            .SelectMany(static pair => Parts(pair.Value!))
            .Where(static value => value.Length >= ShortestSecret)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(static value => value.Length)];

    // Shells tell by this name where they are, which every stack tells as well.
    private static bool IsWorkingDirectory(string name) => name is "PWD" or "OLDPWD";

    // A connection string is a secret as a whole, and so is the password in it.
    private static IEnumerable<string> Parts(string value)
        => value.Split(';', StringSplitOptions.TrimEntries)
            .Select(static part => part.Split('=', 2))
            .Where(static pair => pair.Length == 2 && IsSecretName(pair[0]))
            .Select(static pair => pair[1].Trim())
            .Prepend(value);

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{2,}(\.[A-Za-z0-9_-]*){1,3}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonWebToken();

    // As connection strings and queries write it, without blanks: source code has them.
    [GeneratedRegex(@"(?<name>(password|passwd|pwd|secret|token|accountkey|accesskey|apikey|api_key|signature|credential)\w{0,32}=)(?<value>[^\s;,&""'<>=][^\s;,&""'<>]*)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"://[^/\s:@]{0,256}:[^/\s@]{1,256}@", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserInfo();

    private sealed record Known(IChangeToken Token, string[] Values);
}
