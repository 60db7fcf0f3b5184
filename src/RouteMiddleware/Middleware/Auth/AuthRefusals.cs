using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>The problem details of every refusal. Why a token is invalid is for the log alone: the caller may be the one who forged it.</summary>
internal sealed class AuthRefusals
{
    public const string InvalidToken = "Invalid token";
    public const string TokenExpired = "Token expired";

    private readonly Refusal _missing = new(
        StatusCodes.Status401Unauthorized, "credentials_missing", "No authentication credentials provided", "No authentication credentials provided")
    { Middleware = "auth" };

    private readonly Refusal _expired = new(StatusCodes.Status401Unauthorized, "token_expired", TokenExpired, TokenExpired) { Middleware = "auth" };

    private readonly Refusal _invalid = new(StatusCodes.Status401Unauthorized, "token_invalid", InvalidToken, InvalidToken) { Middleware = "auth" };

    private readonly Refusal _unavailable = new(
        StatusCodes.Status503ServiceUnavailable, "auth_unavailable", "Authentication unavailable", "Credentials can't be checked at the moment. Try again later.")
    { Middleware = "auth" };

    public Refusal Forbidden { get; } = new(StatusCodes.Status403Forbidden, "forbidden", "Forbidden", "You do not have permission to perform this action.") { Middleware = "auth" };

    public Refusal Of(TokenFault fault)
        => ReferenceEquals(fault, TokenFault.Missing) ? _missing
            : ReferenceEquals(fault, TokenFault.Expired) ? _expired
            : ReferenceEquals(fault, TokenFault.NoKeys) ? _unavailable
            : _invalid;
}
