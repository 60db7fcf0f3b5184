namespace Api;

/// <summary>An order as a client sends it.</summary>
public sealed record NewOrder(string? Item, int Quantity);
