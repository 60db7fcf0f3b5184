namespace RouteMiddleware.Middleware.Cache;

/// <summary>What became of a request for which others waited.</summary>
internal enum FillOutcome
{
    /// <summary>Its answer is in the store.</summary>
    Stored,

    /// <summary>Its answer is handed over: the store did not take it.</summary>
    Handed,

    /// <summary>Its answer is not to be kept, or it failed: everybody runs on their own.</summary>
    Declined,

    /// <summary>Its caller went away: somebody else takes its place.</summary>
    Abandoned,
}
