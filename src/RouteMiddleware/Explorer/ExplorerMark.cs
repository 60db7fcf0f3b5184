namespace RouteMiddleware.Explorer;

/// <summary>Among an endpoint's metadata: it belongs to the explorer.</summary>
/// <param name="Where">The call that mapped it.</param>
internal sealed record ExplorerMark(string Where);
