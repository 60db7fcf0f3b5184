namespace Api.Page;

/// <summary>The order desk's page: four files that the assembly carries, so that it is served from wherever the application is started.</summary>
internal static class PageEndpoints
{
    private static readonly (string Path, string File, string ContentType)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/page.svg", "page.svg", "image/svg+xml"),
    ];

    public static void MapPage(this IEndpointRouteBuilder endpoints)
    {
        foreach (var (path, file, contentType) in Files)
        {
            var content = Read(file);
            endpoints.MapGet(path, () => TypedResults.Bytes(content, contentType)).ExcludeFromDescription();
        }
    }

    private static byte[] Read(string file)
    {
        using var resource = typeof(PageEndpoints).Assembly.GetManifestResourceStream($"Api.Page.{file}")
            ?? throw new FileNotFoundException($"The assembly does not carry '{file}'.");
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }
}
