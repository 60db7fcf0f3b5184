namespace RouteMiddleware;

/// <summary>Who answers the CORS preflights for an endpoint.</summary>
public enum PreflightAnswer
{
    /// <summary>Nobody: 405, or 404 where no endpoint is.</summary>
    Nobody,

    /// <summary>A middleware of the global list.</summary>
    GlobalList,

    /// <summary>A middleware of the endpoint's groups or its own.</summary>
    Route,

    /// <summary>The endpoint itself, which takes <c>OPTIONS</c>.</summary>
    Endpoint,

    /// <summary>ASP.NET Core's CORS middleware, by the policy in the endpoint's metadata.</summary>
    CorsPolicy,
}
