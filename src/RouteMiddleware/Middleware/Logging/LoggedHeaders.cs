using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>Headers on one line, without secrets.</summary>
internal sealed class LoggedHeaders(IEnumerable<string> sensitive, SensitiveNames queryKeys)
{
    // All of one request's: Kestrel's own limit is four times as much.
    private const int Longest = 8 * LogText.Longest;

    private readonly SensitiveNames _sensitive = new([.. sensitive, "token", "secret", "password", "api-key", "credential", "session", "signature", "maintenance-bypass"]);

    public string Write(IHeaderDictionary headers)
    {
        var text = new StringBuilder("[");

        foreach (var (name, values) in headers)
        {
            if (text.Length > Longest)
            {
                text.Append("; …");
                break;
            }

            text.Append(text.Length > 1 ? "; " : "").Append(LogText.OnOneLine(LogText.Cut(name))).Append(": ").Append(Value(name, values.ToString()));
        }

        return text.Append(']').ToString();
    }

    private string Value(string name, string value)
    {
        if (_sensitive.Match(name))
        {
            return LogText.Masked;
        }

        var cut = LogText.Cut(value);
        var isAddress = HeaderNames.Referer.Equals(name, StringComparison.OrdinalIgnoreCase) || cut.Contains("://", StringComparison.Ordinal) || cut.StartsWith('/');
        return LogText.OnOneLine(isAddress ? LogText.Url(cut, queryKeys) : SecretPatterns.Mask(cut));
    }
}
