namespace RouteMiddleware;

/// <summary>A middleware in whose chain each middleware is measured while somebody listens; in the global list it has every chain measured.</summary>
internal interface IObserveChains;
