using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Decides whether a token is good: the strict reader first, then the JwtBearer handler for a token not seen before; for one that was, the time and the deny list alone.
/// </summary>
internal sealed class BearerVerifier(TokenRules rules, string scheme, IJwtDenyList denyList, TimeProvider clock)
{
    private readonly TokenReader _reader = new(rules);
    private readonly TokenCache _seen = new();
    private readonly JwtBearerCheck _library = new(rules, clock, scheme);

    public string Scheme => scheme;

    /// <summary>The request's own <c>Authorization</c> header must hold the token: the handler reads it from there.</summary>
    public ValueTask<TokenVerdict> VerifyAsync(HttpContext context, ReadOnlySpan<char> token)
    {
        var now = clock.GetUtcNow();

        if (_seen.Find(token) is { } seen)
        {
            return ValueTask.FromResult(Judge(seen, now));
        }

        return _reader.Read(token, now, out var content) is { } fault
            ? ValueTask.FromResult(new TokenVerdict(fault))
            : VerifyUnseenAsync(context, token.ToString(), content!);
    }

    private async ValueTask<TokenVerdict> VerifyUnseenAsync(HttpContext context, string token, TokenContent content)
    {
        using (content)
        {
            if (await AskLibraryAsync(context).ConfigureAwait(false) is { } fault)
            {
                return new TokenVerdict(fault);
            }

            var verified = new VerifiedToken(content, rules.ClockSkew, scheme);
            _seen.Add(token, verified);
            return Judge(verified, clock.GetUtcNow());
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a library throws over a caller's bytes, the caller is refused.")]
    private async ValueTask<TokenFault?> AskLibraryAsync(HttpContext context)
    {
        try
        {
            var result = await _library.AuthenticateAsync(context).ConfigureAwait(false);
            return result.Succeeded ? null : result.Failure is SecurityTokenExpiredException ? TokenFault.Expired : TokenFault.Signature;
        }
        catch (Exception)
        {
            return TokenFault.Signature;
        }
    }

    private TokenVerdict Judge(VerifiedToken token, DateTimeOffset now)
        => token.FindFault(now, denyList) is { } fault ? new TokenVerdict(fault) : new TokenVerdict(token);
}
