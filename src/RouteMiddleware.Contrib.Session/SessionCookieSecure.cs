namespace RouteMiddleware.Contrib.Session;

/// <summary>Whether the session's cookie is sent over https only.</summary>
public enum SessionCookieSecure
{
    /// <summary>As the request: over https the cookie is marked secure.</summary>
    Auto,

    /// <summary>Always marked secure.</summary>
    Always,

    /// <summary>Never marked secure; for plain http in development.</summary>
    Never,
}
