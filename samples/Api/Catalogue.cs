using System.Text.Json;

namespace Api;

/// <summary>What can be ordered: read once, before the port opens.</summary>
public sealed class Catalogue
{
    private Catalogue(IReadOnlyList<CatalogueItem> items) => Items = items;

    public IReadOnlyList<CatalogueItem> Items { get; }

    public static async Task<Catalogue> LoadAsync(IHostEnvironment environment, CancellationToken cancellationToken)
    {
        await using var file = environment.ContentRootFileProvider.GetFileInfo("catalogue.json").CreateReadStream();
        var items = await JsonSerializer.DeserializeAsync<List<CatalogueItem>>(file, JsonSerializerOptions.Web, cancellationToken);
        return new Catalogue(items ?? []);
    }
}
