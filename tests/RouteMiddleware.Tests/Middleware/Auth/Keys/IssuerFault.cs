namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>What an issuer may do instead of answering.</summary>
public enum IssuerFault
{
    Aborts,
    ServerError,
    NotFound,
    Redirects,
    Html,
    Empty,
    Truncated,
    Huge,
    OtherIssuer,
    NoIssuer,
    NoAddress,
    ForeignAddress,
    NoKeys,
    KeysAreNoList,
    OnlyUnusableKeys,
    TwiceTheKeys,
    KeySetIsDown,
}
