namespace RouteMiddleware;

/// <summary>What a middleware was put on.</summary>
public enum ChainPlace
{
    /// <summary>Everything: it stands in the global list.</summary>
    Global,

    /// <summary>A group of endpoints.</summary>
    Group,

    /// <summary>The endpoint itself, or all that one call mapped.</summary>
    Route,
}
