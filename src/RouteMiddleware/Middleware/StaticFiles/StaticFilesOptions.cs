using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.StaticFiles;

/// <summary>Which files are served, and under which paths.</summary>
public sealed class StaticFilesOptions
{
    /// <summary>The path under which the files stand, as <c>/assets</c>. Default: empty, the root of the site; begins with <c>/</c> and does not end with it.</summary>
    public string RequestPath { get; set; } = "";

    /// <summary>The folder of the files; a relative one stands under the content root. Default: <see langword="null"/>, the application's web root (<c>wwwroot</c>). Must exist, and not be the content root itself.</summary>
    public string? Root { get; set; }

    /// <summary>How long caches may keep a file (<c>Cache-Control: public, max-age</c>). Default: <see langword="null"/>, the header is not sent; whole seconds are sent, zero or more.</summary>
    [DurationRange("0s")]
    public TimeSpan? CacheMaxAge { get; set; }

    /// <summary>Whether files of unknown type are served. Default: <see langword="false"/>.</summary>
    public bool ServeUnknownFileTypes { get; set; }

    /// <summary>The content type of files of unknown type. Default: <see langword="null"/>, none is sent.</summary>
    public string? DefaultContentType { get; set; }

    /// <summary>Content types by file extension (<c>.webmanifest</c>), merged over ASP.NET Core's; an empty one has files of that kind not served. Default: none.</summary>
    public IDictionary<string, string?> ContentTypes { get; set; } = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

    internal void ThrowIfInvalid(string? root, string contentRoot)
    {
        List<string> faults = [];

        if (RequestPath.Length > 0 && (RequestPath[0] != '/' || RequestPath[^1] == '/'))
        {
            faults.Add($"{nameof(RequestPath)} must begin with '/' and not end with it, but is '{RequestPath}'.");
        }

        if (root is not null && !Directory.Exists(root))
        {
            faults.Add($"{nameof(Root)} must be a folder that exists, but is '{Root}' ({root}).");
        }

        // An empty setting names it too.
        if (root is not null && Path.TrimEndingDirectorySeparator(root) == Path.TrimEndingDirectorySeparator(contentRoot))
        {
            faults.Add($"{nameof(Root)} must not be the content root, where settings and code lie; name a folder of files that everybody may read.");
        }

        if (CacheMaxAge < TimeSpan.Zero)
        {
            faults.Add($"{nameof(CacheMaxAge)} must not be negative, but is {CacheMaxAge}.");
        }

        foreach (var extension in ContentTypes.Keys.Where(static key => !key.StartsWith('.')))
        {
            faults.Add($"{nameof(ContentTypes)} names '{extension}', which is no file extension: it must begin with '.'.");
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(StaticFilesOptions), faults);
        }
    }

}
