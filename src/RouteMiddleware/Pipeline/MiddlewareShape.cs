namespace RouteMiddleware.Pipeline;

/// <summary>The forms in which ASP.NET Core knows middleware.</summary>
internal enum MiddlewareShape
{
    /// <summary>Not a middleware at all.</summary>
    None,

    /// <summary>An instance of our making that serves the request stage, the handler stage, or both.</summary>
    Instance,

    /// <summary>A class that the container makes, with its own lifetime.</summary>
    Container,

    /// <summary>A class whose constructor takes the next delegate.</summary>
    Convention,

    /// <summary>A delegate.</summary>
    Function,

    /// <summary>Any <c>UseX()</c>.</summary>
    Branch,
}
