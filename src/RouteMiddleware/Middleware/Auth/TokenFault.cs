namespace RouteMiddleware.Middleware.Auth;

/// <summary>Why a request has no user: bounded reasons for logs and figures. Callers learn no more than missing, expired or invalid.</summary>
internal sealed class TokenFault
{
    public static readonly TokenFault Missing = new("missing");
    public static readonly TokenFault Expired = new("expired");

    /// <summary>The token may be good: there are no keys to tell.</summary>
    public static readonly TokenFault NoKeys = new("keys_unavailable");

    public static readonly TokenFault Header = new("authorization_header");
    public static readonly TokenFault TooLong = new("too_long");
    public static readonly TokenFault Encoding = new("encoding");
    public static readonly TokenFault Json = new("json");
    public static readonly TokenFault Algorithm = new("alg_not_allowed");
    public static readonly TokenFault HeaderMember = new("header_member");
    public static readonly TokenFault KeyId = new("kid");
    public static readonly TokenFault Type = new("typ");
    public static readonly TokenFault Claim = new("claim_type");
    public static readonly TokenFault Time = new("time_claim");
    public static readonly TokenFault NotYetValid = new("not_yet_valid");
    public static readonly TokenFault Issuer = new("issuer");
    public static readonly TokenFault Audience = new("audience");
    public static readonly TokenFault Signature = new("signature");
    public static readonly TokenFault Revoked = new("revoked");
    public static readonly TokenFault Scheme = new("scheme");

    private TokenFault(string reason) => Reason = reason;

    public string Reason { get; }
}
