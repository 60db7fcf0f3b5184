namespace RouteMiddleware;

/// <summary>A credential that requests to an endpoint carry.</summary>
/// <param name="Credential">The credential.</param>
/// <param name="IsRequired">Whether a request without it is refused; else it may bring it.</param>
public sealed record CredentialUse(Credential Credential, bool IsRequired);
