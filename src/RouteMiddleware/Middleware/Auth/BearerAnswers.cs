using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What callers without a good bearer token are answered (RFC 6750).</summary>
internal sealed class BearerAnswers
{
    private const string Word = "Bearer";

    private readonly AuthRefusals _refusals = new();

    /// <summary>Answers a request whose user is not known.</summary>
    /// <param name="context">The request.</param>
    /// <param name="fault">Why the user is not known.</param>
    /// <param name="retryAfter">When there may be keys, where the fault is that there are none.</param>
    public Task ChallengeAsync(HttpContext context, TokenFault fault, TimeSpan retryAfter = default)
    {
        // Nothing is known to be wrong with the caller's credentials: this is no challenge to bring others.
        if (ReferenceEquals(fault, TokenFault.NoKeys))
        {
            return _refusals.Of(fault).WriteAsync(context, retryAfter);
        }

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
