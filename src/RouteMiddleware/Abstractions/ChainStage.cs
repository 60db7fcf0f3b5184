namespace RouteMiddleware;

/// <summary>Where in the way of a request a middleware runs.</summary>
public enum ChainStage
{
    /// <summary>Before the endpoint's parameters are bound.</summary>
    Request,

    /// <summary>Around the handler, with its bound arguments.</summary>
    Handler,

    /// <summary>In both, as one object.</summary>
    Both,
}
