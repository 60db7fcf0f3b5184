using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>The bearer tokens of section <c>Auth</c> for those who don't ask <c>auth</c> but ASP.NET Core. Made when first asked: many applications never do.</summary>
internal sealed partial class TokenAuthentication(ISharedOptions options, BearerVerifiers verifiers, IServiceProvider services, ILogger<TokenAuthentication> logger)
{
    private readonly Lazy<BearerAuthenticator?> _authenticator = new(() => Create(options, verifiers, services, logger));
    private readonly BearerAnswers _answers = new();

    /// <summary>Who the user is, without telling the rest of the request.</summary>
    public async Task<AuthenticateResult> AuthenticateAsync(HttpContext context)
    {
        var (feature, fault) = await FindAsync(context).ConfigureAwait(false);
        return feature?.AuthenticateResult
            ?? (ReferenceEquals(fault, TokenFault.Missing) ? AuthenticateResult.NoResult() : AuthenticateResult.Fail($"The bearer token was refused: {fault!.Reason}."));
    }

    /// <summary>Sets <see cref="HttpContext.User"/> as <c>auth</c> does; <c>auth</c> itself then has nothing left to check.</summary>
    public async Task<AuthenticateResult?> IdentifyAsync(HttpContext context)
        => _authenticator.Value is { } authenticator && await authenticator.AuthenticateAsync(context).ConfigureAwait(false) is null
            ? context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult
            : null;

    public async Task ChallengeAsync(HttpContext context)
    {
        var (_, fault) = await FindAsync(context).ConfigureAwait(false);

        // Somebody else than 'auth' wants more of a known user: nothing is wrong with the token.
        await (_authenticator.Value is { } authenticator
            ? authenticator.ChallengeAsync(context, fault ?? TokenFault.Missing)
            : _answers.ChallengeAsync(context, fault ?? TokenFault.Missing)).ConfigureAwait(false);
    }

    public Task ForbidAsync(HttpContext context) => _answers.ForbidAsync(context);

    private static BearerAuthenticator? Create(ISharedOptions options, BearerVerifiers verifiers, IServiceProvider services, ILogger logger)
    {
        List<string> faults = [];
        var authenticator = Authenticator.Create(options.Get<AuthOptions>("auth"), verifiers, services, faults) as BearerAuthenticator;

        if (authenticator is null)
        {
            Log.NotConfigured(logger, string.Join(' ', faults));
        }

        return authenticator;
    }

    private async ValueTask<(AuthenticationFeature? Feature, TokenFault? Fault)> FindAsync(HttpContext context)
        => context.Features.Get<IAuthenticateResultFeature>() is AuthenticationFeature { AuthenticateResult: not null } known ? (known, null)
            : _authenticator.Value is { } authenticator ? await authenticator.FindAsync(context).ConfigureAwait(false)
            : (null, TokenFault.Missing);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "No caller can be authenticated by a bearer token: {Faults} Correct section 'Auth', or register authentication of your own.", EventName = "NotConfigured")]
        public static partial void NotConfigured(ILogger logger, string faults);
    }
}
