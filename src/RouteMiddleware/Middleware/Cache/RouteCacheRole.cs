namespace RouteMiddleware.Middleware.Cache;

/// <summary>What the one who looked has to do about a value that is not there.</summary>
public enum RouteCacheRole
{
    /// <summary>Nothing was asked, or nothing is known.</summary>
    None,

    /// <summary>Makes it.</summary>
    Leads,

    /// <summary>Waits: another makes it.</summary>
    Follows,

    /// <summary>Makes it without waiting: the last one was not to be kept.</summary>
    Passes,
}
