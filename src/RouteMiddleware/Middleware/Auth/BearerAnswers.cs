using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What callers without a good bearer token are answered (RFC 6750).</summary>
internal sealed class BearerAnswers
{
    private const string Word = "Bearer";

    private readonly AuthRefusals _refusals = new();

    public Task ChallengeAsync(HttpContext context, TokenFault fault)
    {
        context.Response.Headers.WWWAuthenticate = ReferenceEquals(fault, TokenFault.Missing) ? Word
            : ReferenceEquals(fault, TokenFault.Expired) ? $"{Word} error=\"invalid_token\", error_description=\"{AuthRefusals.TokenExpired}\""
            : $"{Word} error=\"invalid_token\", error_description=\"{AuthRefusals.InvalidToken}\"";
        return _refusals.Of(fault).WriteAsync(context);
    }

    public Task ForbidAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = $"{Word} error=\"insufficient_scope\"";
        return _refusals.Forbidden.WriteAsync(context);
    }
}
