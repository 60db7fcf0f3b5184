using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Bearer tokens of the <c>Authorization</c> header (RFC 6750), checked by the options' own rules.</summary>
internal sealed class BearerAuthenticator(BearerVerifier verifier, IServiceProvider services) : Authenticator
{
    private const string Word = "Bearer";

    private readonly BearerAnswers _answers = new();
    private readonly UserTransformation _transformation = new(services);

    public override bool MayBeUnavailable => verifier.MayBeUnavailable;

    public override Credential Credential { get; } = Credential.Bearer(AuthOptions.DefaultScheme, "JWT");

    public override ValueTask<TokenFault?> AuthenticateAsync(HttpContext context)
    {
        // An outer attachment with the same rules has decided for this request; the user may have been given more claims since.
        if (context.Features.Get<IAuthenticateResultFeature>() is AuthenticationFeature { User: not null } known && ReferenceEquals(known.Verifier, verifier))
        {
            return default;
        }

        if (Read(context.Request.Headers.Authorization, out var token) is { } fault)
        {
            return ValueTask.FromResult<TokenFault?>(fault);
        }

        var verification = verifier.VerifyAsync(context, token);
        return verification.IsCompletedSuccessfully ? Accept(context, verification.Result) : AcceptAsync(context, verification);
    }

    /// <summary>Finds the user without telling the rest of the request.</summary>
    public async ValueTask<(AuthenticationFeature? Feature, TokenFault? Fault)> FindAsync(HttpContext context)
    {
        if (Read(context.Request.Headers.Authorization, out var text) is { } unread)
        {
            return (null, unread);
        }

        var verdict = await verifier.VerifyAsync(context, text).ConfigureAwait(false);

        if (verdict.IsRefused(out var fault, out var token))
        {
            return (null, fault);
        }

        var feature = new AuthenticationFeature(token, verifier);

        if (_transformation.For(context) is { } transformation)
        {
            await feature.TransformAsync(transformation).ConfigureAwait(false);
        }

        return (feature, null);
    }

    public override Task ChallengeAsync(HttpContext context, TokenFault fault) => _answers.ChallengeAsync(context, fault, verifier.RetryAfter);

    public override Task ForbidAsync(HttpContext context) => _answers.ForbidAsync(context);

    private static TokenFault? Read(StringValues header, out ReadOnlySpan<char> token)
    {
        token = default;

        // Two headers are two claims of who the caller is: whoever picks one of them can be led to the wrong one.
        if (header.Count > 1)
        {
            return TokenFault.Header;
        }

        var value = header.Count == 0 ? default : header[0].AsSpan();

        if (!value.StartsWith(Word, StringComparison.OrdinalIgnoreCase) || value.Length == Word.Length || value[Word.Length] != ' ')
        {
            return TokenFault.Missing;
        }

        token = value[Word.Length..].TrimStart(' ');
        return token.IsEmpty ? TokenFault.Missing : null;
    }

    private static void Tell(HttpContext context, AuthenticationFeature feature)
    {
        context.Features.Set<IHttpAuthenticationFeature>(feature);
        context.Features.Set<IAuthenticateResultFeature>(feature);
    }

    private ValueTask<TokenFault?> Accept(HttpContext context, TokenVerdict verdict)
    {
        if (verdict.IsRefused(out var fault, out var token))
        {
            return new(fault);
        }

        var feature = new AuthenticationFeature(token, verifier);

        if (_transformation.For(context) is { } transformation)
        {
            return TransformAsync(context, feature, transformation);
        }

        Tell(context, feature);
        return default;
    }

    private async ValueTask<TokenFault?> AcceptAsync(HttpContext context, ValueTask<TokenVerdict> verification)
        => await Accept(context, await verification.ConfigureAwait(false)).ConfigureAwait(false);

    private static async ValueTask<TokenFault?> TransformAsync(HttpContext context, AuthenticationFeature feature, IClaimsTransformation transformation)
    {
        // Nobody sees the user before it is whole.
        await feature.TransformAsync(transformation).ConfigureAwait(false);
        Tell(context, feature);
        return null;
    }
}
