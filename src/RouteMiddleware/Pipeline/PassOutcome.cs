namespace RouteMiddleware.Pipeline;

/// <summary>How a request left one middleware.</summary>
internal enum PassOutcome
{
    /// <summary>It called what follows.</summary>
    Passed,

    /// <summary>It answered by itself: an answer of a cache, a file, a redirect.</summary>
    Answered,

    /// <summary>It refused the request.</summary>
    Refused,

    /// <summary>It threw, or what it called threw something that it made its own.</summary>
    Failed,
}
