namespace RouteMiddleware;

/// <summary>Where a request carries a credential.</summary>
public enum CredentialKind
{
    /// <summary><c>Authorization: Bearer …</c>.</summary>
    Bearer,

    /// <summary>A cookie.</summary>
    Cookie,

    /// <summary>A header of its own.</summary>
    Header,
}
