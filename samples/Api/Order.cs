namespace Api;

/// <summary>An order as the desk keeps it.</summary>
public sealed record Order(int Id, string Item, int Quantity, string PlacedBy);
