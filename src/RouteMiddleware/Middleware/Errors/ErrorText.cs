using System.Globalization;
using System.Text;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>The report in brief, for a terminal.</summary>
internal static class ErrorText
{
    public static string Write(ErrorReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Status} {report.Method} {Plain(report.Path)}\n\n");

        foreach (var exception in report.Exceptions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{exception.Type}: {Plain(exception.Message)}\n");

            foreach (var frame in exception.Frames)
            {
                text.Append(CultureInfo.InvariantCulture, $"  at {frame}\n");
            }

            text.Append(exception.OmittedFrames > 0 ? string.Create(CultureInfo.InvariantCulture, $"  and {exception.OmittedFrames} more\n\n") : "\n");
        }

        text.Append("Chain\n");

        foreach (var link in report.Chain)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(link.IsCulprit ? ">" : " ")} {link.Kind,-7} {link.Name}{(link.Origin.Length > 0 ? $"  ({link.Origin})" : "")}{(link.IsCulprit ? "  <- threw" : "")}\n");
        }

        Write(text, "Query", report.Query);
        Write(text, "Headers", report.Headers);
        text.Append(CultureInfo.InvariantCulture, $"\nTrace {Plain(report.TraceId)}\n");

        if (report.RequestId is { } requestId)
        {
            text.Append(CultureInfo.InvariantCulture, $"Request {requestId}\n");
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string title, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");

        foreach (var (name, value) in pairs)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Plain(name)}: {Plain(value)}\n");
        }
    }

    // A terminal obeys control characters.
    private static string Plain(string value)
        => value.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && value.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') < 0
            ? value
            : string.Concat(value.Select(static letter => char.IsControl(letter) && letter is not ('\n' or '\t') ? $"\\u{(int)letter:x4}" : letter.ToString()));
}
