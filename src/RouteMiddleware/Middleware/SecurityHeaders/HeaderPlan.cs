using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.SecurityHeaders;

/// <summary>What is sent, worked out and checked once: the headers of every answer, and the one that goes out over https only.</summary>
internal sealed class HeaderPlan
{
    public const string Hsts = "Strict-Transport-Security";
    public const string Policy = "Content-Security-Policy";

    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly KeyValuePair<string, string>[] Defaults =
    [
        new("X-Content-Type-Options", "nosniff"),
        new("X-Frame-Options", "DENY"),
        new("X-XSS-Protection", "0"),
        new("Referrer-Policy", "strict-origin-when-cross-origin"),
        new("Permissions-Policy", "geolocation=(), microphone=(), camera=()"),
        new("Cross-Origin-Opener-Policy", "same-origin"),
    ];

    public HeaderPlan(SecurityHeadersOptions options)
    {
        List<string> faults = [];
        var headers = Merge(options, faults);

        foreach (var (name, value) in headers)
        {
            CheckValue(name, value, faults);
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SecurityHeadersOptions), faults);
        }

        if (headers.Remove(Hsts, out var hsts))
        {
            HstsValue = hsts;
        }

        Always = [.. headers.Select(static header => new KeyValuePair<string, StringValues>(header.Key, header.Value))];
    }

    public KeyValuePair<string, StringValues>[] Always { get; }

    public StringValues HstsValue { get; }

    private static Dictionary<string, string> Merge(SecurityHeadersOptions options, List<string> faults)
    {
        var headers = new Dictionary<string, string>(Defaults, StringComparer.OrdinalIgnoreCase);
        Set(headers, Policy, options.ContentSecurityPolicy);

        if (options.HstsMaxAge < 0)
        {
            faults.Add($"{nameof(options.HstsMaxAge)} must be 0 or more seconds, but is {options.HstsMaxAge}.");
        }
        else if (options.EnableHsts)
        {
            Set(headers, Hsts, string.Create(CultureInfo.InvariantCulture, $"max-age={options.HstsMaxAge}{(options.HstsIncludeSubDomains ? "; includeSubDomains" : "")}"));
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        foreach (var (name, value) in options.Headers)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenLetters))
            {
                faults.Add($"{nameof(options.Headers)} names '{name}', which is no name of a header (letters, digits and '-').");
            }
            else if (MessageHeaders.Contain(name))
            {
                faults.Add($"{nameof(options.Headers)} names '{name}', which can't be the same on every answer.");
            }
            else if (!seen.Add(name))
            {
                faults.Add($"{nameof(options.Headers)} names '{name}' twice; upper and lower case are the same header.");
            }
            else if (IsPolicySetTwice(options, name, value))
            {
                faults.Add($"{nameof(options.Headers)} names '{name}' and {nameof(options.ContentSecurityPolicy)} is set as well; set one of them.");
            }
            else
            {
                Set(headers, name, value);
            }
        }

        return headers;
    }

    private static bool IsPolicySetTwice(SecurityHeadersOptions options, string name, string? value)
        => name.Equals(Policy, StringComparison.OrdinalIgnoreCase)
            && options.ContentSecurityPolicy is not SecurityHeadersOptions.DefaultPolicy
            && !string.Equals(options.ContentSecurityPolicy, value, StringComparison.Ordinal);

    private static void Set(Dictionary<string, string> headers, string name, string? value)
    {
        // Taken out first, so that the name goes out as it was written last.
        headers.Remove(name);

        if (!string.IsNullOrWhiteSpace(value))
        {
            headers[name] = value.Trim(' ', '\t');
        }
    }

    private static void CheckValue(string name, string value, List<string> faults)
    {
        for (var i = 0; i < value.Length; i++)
        {
            // The server refuses to send others: every answer would be an error.
            if (value[i] is not ('\t' or (>= ' ' and <= '~')))
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"The value of '{name}' must be one line of ASCII text, but has U+{(int)value[i]:X4} at position {i}."));
                return;
            }
        }
    }
}
