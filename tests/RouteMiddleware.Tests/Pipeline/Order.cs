namespace RouteMiddleware.Tests.Pipeline;

public sealed record Order(string Item, int Quantity);
