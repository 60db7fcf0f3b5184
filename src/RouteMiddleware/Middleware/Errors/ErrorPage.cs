using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>The report as a page: no script, nothing from elsewhere, every text encoded.</summary>
internal static class ErrorPage
{
    // Steps of a stack whose source is on show; the others unfold at a click.
    private const int OpenFrames = 3;

    /// <summary>Nothing is allowed but the page's own style, which is known by its hash.</summary>
    public static string ContentPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(ErrorPageStyle.Text)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Write(ErrorReport report)
    {
        var page = new StringBuilder(16 * 1024);
        var title = $"{report.Status.ToString(CultureInfo.InvariantCulture)} {report.Outermost.Type}";

        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title>{Encode(title)}</title>\n<style>{ErrorPageStyle.Text}</style>\n</head>\n<body>\n<main>\n");

        WriteHead(page, report);
        WriteChain(page, report);

        for (var i = 0; i < report.Exceptions.Count; i++)
        {
            WriteException(page, report.Exceptions[i], isInner: i > 0);
        }

        page.Append("<section id=\"request\">\n<h2>Request</h2>\n");
        WriteTable(page, null, OfRequest(report));
        WriteTable(page, "Route values", report.RouteValues);
        WriteTable(page, "Query", report.Query);
        WriteTable(page, "Headers", report.Headers);
        page.Append("</section>\n");

        if (report.Settings is { } settings)
        {
            page.Append("<section id=\"settings\">\n<h2>Settings</h2>\n");
            WriteTable(page, "RouteMiddleware", settings);
            page.Append("</section>\n");
        }

        page.Append("</main>\n<footer>Callers see this page because <code>Debug</code> of the middleware <code>common</code> is on. Secrets are masked.</footer>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void WriteHead(StringBuilder page, ErrorReport report)
    {
        var exception = report.Outermost;

        page.Append(CultureInfo.InvariantCulture, $"<header>\n<p class=\"request\"><b>{report.Status}</b> {Encode(report.Method)} {Encode(report.Path)}</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(exception.Type)}</h1>\n<p class=\"message\">{Encode(exception.Message)}</p>\n");

        page.Append(report.Culprit is { } culprit
            ? $"<p class=\"verdict\">Thrown by the {Encode(Word(culprit.Kind))} <b>{Encode(culprit.Name)}</b>{(culprit.Origin.Length > 0 ? $", put on at {Encode(culprit.Origin)}" : "")}.</p>\n"
            : "<p class=\"verdict\">The stack names nobody of the chain.</p>\n");

        page.Append("</header>\n");
    }

    private static string Word(string kind) => kind switch
    {
        "global" => "global middleware",
        "route" => "route's middleware",
        "result" => "handler's result:",
        _ => kind,
    };

    private static void WriteChain(StringBuilder page, ErrorReport report)
    {
        page.Append("<section id=\"chain\">\n<h2>Chain</h2>\n<ol>\n");

        foreach (var link in report.Chain)
        {
            page.Append(link.IsCulprit ? "<li class=\"culprit\" aria-current=\"true\">" : "<li>");
            page.Append(CultureInfo.InvariantCulture, $"<span class=\"kind\">{link.Kind}</span> <code>{Encode(link.Name)}</code>");

            if (link.Origin.Length > 0)
            {
                page.Append(CultureInfo.InvariantCulture, $" <small>{Encode(link.Origin)}</small>");
            }

            page.Append(link.IsCulprit ? " <strong>threw</strong></li>\n" : "</li>\n");
        }

        page.Append("</ol>\n</section>\n");
    }

    private static void WriteException(StringBuilder page, ReportedException exception, bool isInner)
    {
        page.Append("<section class=\"stack\">\n");
        page.Append(isInner ? $"<h2>Inner exception</h2>\n<p class=\"inner\"><b>{Encode(exception.Type)}</b> {Encode(exception.Message)}</p>\n" : "<h2>Stack</h2>\n");
        page.Append("<ol>\n");
        var shown = 0;

        foreach (var frame in exception.Frames)
        {
            page.Append(frame.IsOfApplication ? "<li class=\"own\">" : "<li>");
            var name = $"<code>{Encode(frame.Method)}</code>{(frame.File is null ? "" : $" <small>{Encode($"{frame.File}:{frame.Line.ToString(CultureInfo.InvariantCulture)}")}</small>")}";

            if (frame.Source.Count == 0)
            {
                page.Append(name);
            }
            else
            {
                page.Append(CultureInfo.InvariantCulture, $"<details{(shown++ < OpenFrames ? " open" : "")}><summary>{name}</summary>\n");
                WriteSource(page, frame);
                page.Append("</details>");
            }

            page.Append("</li>\n");
        }

        page.Append("</ol>\n");

        if (exception.OmittedFrames > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"more\">and {exception.OmittedFrames} more</p>\n");
        }

        page.Append("</section>\n");
    }

    private static void WriteSource(StringBuilder page, ReportedFrame frame)
    {
        page.Append("<div class=\"source\">");

        foreach (var (number, text) in frame.Source)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div{(number == frame.Line ? " class=\"hit\"" : "")}><span>{number}</span><code>{Encode(text)}</code></div>");
        }

        page.Append("</div>\n");
    }

    private static List<KeyValuePair<string, string>> OfRequest(ErrorReport report)
    {
        List<KeyValuePair<string, string>> pairs = [new("Method", report.Method), new("Path", report.Path), new("Route", report.Route ?? "(none)"), new("Trace id", report.TraceId)];

        if (report.RequestId is { } requestId)
        {
            pairs.Add(new("Request id", requestId));
        }

        return pairs;
    }

    private static void WriteTable(StringBuilder page, string? title, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        page.Append(title is null ? "<dl>\n" : $"<h3>{Encode(title)}</h3>\n<dl>\n");

        foreach (var (name, value) in pairs)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div><dt>{Encode(name)}</dt><dd{(value == SecretTexts.Masked ? " class=\"masked\"" : "")}>{Encode(value)}</dd></div>\n");
        }

        page.Append("</dl>\n");
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
