using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>The bearer tokens of section <c>Auth</c> for those who don't ask <c>auth</c> but ASP.NET Core. Made when first asked: many applications never do.</summary>
internal sealed partial class TokenAuthentication
{
    private readonly ISharedOptions _options;
    private readonly BearerVerifiers _verifiers;
    private readonly IServiceProvider _services;
    private readonly ILogger<TokenAuthentication> _logger;
    private readonly BearerAnswers _answers = new();
    private readonly Lock _lock = new();
    private BearerAuthenticator? _made;
    private int _madeAfter = -1;
    private int _reloads;

    public TokenAuthentication(ISharedOptions options, BearerVerifiers verifiers, IServiceProvider services, ILogger<TokenAuthentication> logger)
    {
        _options = options;
        _verifiers = verifiers;
        _services = services;
        _logger = logger;
        options.Reloaded += (_, _) => Interlocked.Increment(ref _reloads);
    }

    private BearerAuthenticator? Current => Volatile.Read(ref _madeAfter) == Volatile.Read(ref _reloads) ? _made : Make();

    /// <summary>Who the user is, without telling the rest of the request.</summary>
    public async Task<AuthenticateResult> AuthenticateAsync(HttpContext context)
    {
        var (feature, fault) = await FindAsync(context).ConfigureAwait(false);
        return feature?.AuthenticateResult
            ?? (ReferenceEquals(fault, TokenFault.Missing) ? AuthenticateResult.NoResult() : AuthenticateResult.Fail($"The bearer token was refused: {fault!.Reason}."));
    }

    /// <summary>Sets <see cref="HttpContext.User"/> as <c>auth</c> does; <c>auth</c> itself then has nothing left to check.</summary>
    public async Task<AuthenticateResult?> IdentifyAsync(HttpContext context)
        => Current is { } authenticator && await authenticator.AuthenticateAsync(context).ConfigureAwait(false) is null
            ? context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult
            : null;

    public async Task ChallengeAsync(HttpContext context)
    {
        var (_, fault) = await FindAsync(context).ConfigureAwait(false);

        // Somebody else than 'auth' wants more of a known user: nothing is wrong with the token.
        await (Current is { } authenticator
            ? authenticator.ChallengeAsync(context, fault ?? TokenFault.Missing)
            : _answers.ChallengeAsync(context, fault ?? TokenFault.Missing)).ConfigureAwait(false);
    }

    public Task ForbidAsync(HttpContext context) => _answers.ForbidAsync(context);

    private BearerAuthenticator? Make()
    {
        lock (_lock)
        {
            var reloads = Volatile.Read(ref _reloads);

            if (_madeAfter != reloads)
            {
                List<string> faults = [];

                if (Authenticator.Create(_options.Get<AuthOptions>("auth"), _verifiers, _services, faults) is BearerAuthenticator made)
                {
                    _made = made;
                }
                else
                {
                    // After a reload the old one stays, as everywhere: without 'auth' in any chain nobody refused these options.
                    Log.NotConfigured(_logger, string.Join(' ', faults));
                }

                Volatile.Write(ref _madeAfter, reloads);
            }

            return _made;
        }
    }

    private async ValueTask<(AuthenticationFeature? Feature, TokenFault? Fault)> FindAsync(HttpContext context)
        => context.Features.Get<IAuthenticateResultFeature>() is AuthenticationFeature { AuthenticateResult: not null } known ? (known, null)
            : Current is { } authenticator ? await authenticator.FindAsync(context).ConfigureAwait(false)
            : (null, TokenFault.Missing);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The section 'Auth' tells no way to authenticate callers by a bearer token: {Faults} Correct section 'Auth', or register authentication of your own.", EventName = "NotConfigured")]
        public static partial void NotConfigured(ILogger logger, string faults);
    }
}
