namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>Whether callers are sent from a host to its twin with or without <c>www.</c> in front.</summary>
public enum WwwRedirect
{
    /// <summary>Nobody is redirected.</summary>
    None,

    /// <summary>From <c>www.example.com</c> to <c>example.com</c>.</summary>
    ToBare,

    /// <summary>From <c>example.com</c> to <c>www.example.com</c>.</summary>
    ToWww,
}
