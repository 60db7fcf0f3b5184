namespace Api;

/// <summary>Something that can be ordered.</summary>
public sealed record CatalogueItem(string Item, string Description, decimal Price);
