using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Decides whether a token is good: the strict reader first, then the JwtBearer handler for a token not seen before; for one that was, the time and the deny list alone.
/// </summary>
internal sealed class BearerVerifier(TokenRules rules, ITokenKeySource source, string scheme, IJwtDenyList denyList, TimeProvider clock)
{
    private readonly TokenReader _reader = new(rules);
    private readonly Lock _lock = new();
    private volatile Trust? _trust;

    public string Scheme => scheme;

    /// <summary>Whether there may be a time without keys.</summary>
    public bool MayBeUnavailable => rules.Authority is not null;

    /// <summary>When a token that was refused for want of keys may be tried again.</summary>
    public TimeSpan RetryAfter => source.RetryAfter;

    /// <summary>The request's own <c>Authorization</c> header must hold the token: the handler reads it from there.</summary>
    public ValueTask<TokenVerdict> VerifyAsync(HttpContext context, ReadOnlySpan<char> token)
    {
        var now = clock.GetUtcNow();
        var trust = source.Current is { } keys ? TrustIn(keys) : null;

        if (trust?.Seen.Find(token) is { } seen)
        {
            return ValueTask.FromResult(Judge(seen, now));
        }

        if (_reader.Read(token, trust?.Keys, now, out var content) is { } fault)
        {
            return ValueTask.FromResult(new TokenVerdict(fault));
        }

        if (trust?.Keys.Find(content!.Algorithm, content.KeyId) is not null)
        {
            return VerifyUnseenAsync(context, trust, token.ToString(), content);
        }

        return VerifyWithNewerKeysAsync(context, token.ToString(), trust?.Keys);
    }

    private async ValueTask<TokenVerdict> VerifyWithNewerKeysAsync(HttpContext context, string token, TokenKeys? known)
    {
        if (await source.AskAsync(known).ConfigureAwait(false) is not { } keys)
        {
            return new TokenVerdict(TokenFault.NoKeys);
        }

        // Once more from the start: the issuer's name may have come with the keys, and time has passed.
        var trust = TrustIn(keys);

        if (_reader.Read(token, keys, clock.GetUtcNow(), out var content) is { } fault)
        {
            return new TokenVerdict(fault);
        }

        return keys.Find(content!.Algorithm, content.KeyId) is not null
            ? await VerifyUnseenAsync(context, trust, token, content).ConfigureAwait(false)
            : new TokenVerdict(TokenFault.KeyId);
    }

    private async ValueTask<TokenVerdict> VerifyUnseenAsync(HttpContext context, Trust trust, string token, TokenContent content)
    {
        if (await AskLibraryAsync(context, trust.Library).ConfigureAwait(false) is { } fault)
        {
            return new TokenVerdict(fault);
        }

        var verified = new VerifiedToken(content, rules.ClockSkew, scheme);
        trust.Seen.Add(token, verified);
        return Judge(verified, clock.GetUtcNow());
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a library throws over a caller's bytes, the caller is refused.")]
    private static async ValueTask<TokenFault?> AskLibraryAsync(HttpContext context, JwtBearerCheck library)
    {
        try
        {
            var result = await library.AuthenticateAsync(context).ConfigureAwait(false);
            return result.Succeeded ? null : result.Failure is SecurityTokenExpiredException ? TokenFault.Expired : TokenFault.Signature;
        }
        catch (Exception)
        {
            return TokenFault.Signature;
        }
    }

    private TokenVerdict Judge(VerifiedToken token, DateTimeOffset now)
        => token.FindFault(now, denyList) is { } fault ? new TokenVerdict(fault) : new TokenVerdict(token);

    private Trust TrustIn(TokenKeys keys)
    {
        if (_trust is { } current && ReferenceEquals(current.Keys, keys))
        {
            return current;
        }

        lock (_lock)
        {
            return _trust is { } made && ReferenceEquals(made.Keys, keys) ? made : _trust = new Trust(keys, new JwtBearerCheck(rules, keys, clock, scheme));
        }
    }

    /// <summary>Keys and what was found right by them. Other keys begin anew: what a key that is gone had signed is forgotten with it.</summary>
    private sealed class Trust(TokenKeys keys, JwtBearerCheck library)
    {
        public TokenKeys Keys => keys;

        public TokenCache Seen { get; } = new();

        public JwtBearerCheck Library => library;
    }
}
