using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>The problem details of every refusal. Why a token is invalid is for the log alone: the caller may be the one who forged it.</summary>
internal sealed class AuthRefusals
{
    public const string InvalidToken = "Invalid token";
    public const string TokenExpired = "Token expired";

    public Refusal Missing { get; } = new(
        StatusCodes.Status401Unauthorized, "credentials_missing", "No authentication credentials provided", "No authentication credentials provided")
    { Middleware = "auth" };

    public Refusal Expired { get; } = new(StatusCodes.Status401Unauthorized, "token_expired", TokenExpired, TokenExpired) { Middleware = "auth" };

    public Refusal Invalid { get; } = new(StatusCodes.Status401Unauthorized, "token_invalid", InvalidToken, InvalidToken) { Middleware = "auth" };

    public Refusal Unavailable { get; } = new(
        StatusCodes.Status503ServiceUnavailable, "auth_unavailable", "Authentication unavailable", "Credentials can't be checked at the moment. Try again later.")
    { Middleware = "auth" };

    public Refusal Forbidden { get; } = new(StatusCodes.Status403Forbidden, "forbidden", "Forbidden", "You do not have permission to perform this action.") { Middleware = "auth" };

    public Refusal Of(TokenFault fault)
        => ReferenceEquals(fault, TokenFault.Missing) ? Missing
            : ReferenceEquals(fault, TokenFault.Expired) ? Expired
            : ReferenceEquals(fault, TokenFault.NoKeys) ? Unavailable
            : Invalid;
}
