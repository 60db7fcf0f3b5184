using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Finds out who the user is where a good token tells it, and lets everybody pass.</summary>
internal sealed partial class OptionalAuthMiddleware : IMiddleware, IDescribeAnswers
{
    private readonly Authenticator _authenticator;
    private readonly ILogger _logger;

    public OptionalAuthMiddleware(AuthOptions options, BearerVerifiers verifiers, IServiceProvider services, ILogger<OptionalAuthMiddleware> logger)
    {
        List<string> faults = [];

        // Roles of the shared section are for 'auth'; an argument was written for this entry, and would be asked of nobody.
        if (options.HasArgument)
        {
            faults.Add($"{nameof(AuthOptions.Roles)} ({string.Join(", ", options.Roles)}) can't be asked of a caller who may be anonymous: write 'optional_auth' without them, or 'auth'.");
        }

        var authenticator = Authenticator.Create(options, verifiers, services, faults);
        _authenticator = faults.Count == 0 ? authenticator! : throw new OptionsValidationException(Options.DefaultName, typeof(AuthOptions), faults);
        _logger = logger;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var authentication = _authenticator.AuthenticateAsync(context);
        return authentication.IsCompletedSuccessfully ? GoOn(context, next, authentication.Result) : GoOnAsync(context, next, authentication);
    }

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers) => AuthAnswers.Accept(answers, _authenticator);

    private async Task GoOnAsync(HttpContext context, RequestDelegate next, ValueTask<TokenFault?> authentication)
        => await GoOn(context, next, await authentication.ConfigureAwait(false)).ConfigureAwait(false);

    private Task GoOn(HttpContext context, RequestDelegate next, TokenFault? fault)
    {
        if (fault is not null && !ReferenceEquals(fault, TokenFault.Missing))
        {
            Log.TokenIgnored(_logger, fault.Reason);
        }

        return next(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A request's token was ignored: {Reason}. Its user is anonymous.", EventName = "TokenIgnored")]
        public static partial void TokenIgnored(ILogger logger, string reason);
    }
}
