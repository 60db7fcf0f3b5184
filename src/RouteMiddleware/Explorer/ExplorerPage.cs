using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace RouteMiddleware.Explorer;

/// <summary>The page: one document with its own style and script, which its policy knows by their hashes. It gets all it shows from the other endpoints, as data.</summary>
internal static class ExplorerPage
{
    private const string BaseMark = "{{base}}";

    private static readonly string Style = Read("page.css");
    private static readonly string Script = string.Concat(((string[])["core.js", "routes.js", "chain.js", "overview.js", "live.js", "start.js"]).Select(Read));

    // Cut where the path of the page goes in.
    private static readonly string[] Parts = Read("page.html")
        .Replace("{{style}}", Style, StringComparison.Ordinal)
        .Replace("{{script}}", Script, StringComparison.Ordinal)
        .Split(BaseMark);

    /// <summary>Nothing is allowed but the page's own style and script, and reading from where it came from; and the script may not make markup of text.</summary>
    public static string ContentPolicy { get; } =
        $"default-src 'none'; script-src '{HashOf(Script)}'; style-src '{HashOf(Style)}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public static Task WriteAsync(HttpContext context)
    {
        var path = HtmlEncoder.Default.Encode(UriHelper.BuildRelative(context.Request.PathBase, context.Request.Path).TrimEnd('/'));
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(string.Join(path, Parts), context.RequestAborted);
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Read(string name)
    {
        using var stream = typeof(ExplorerPage).Assembly.GetManifestResourceStream($"RouteMiddleware.Explorer.{name}")
            ?? throw new InvalidOperationException($"The assembly was built without '{name}'.");
        using var reader = new StreamReader(stream);

        // Line ends count for the hashes: a checkout may have changed them, and a browser reads them as one.
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
