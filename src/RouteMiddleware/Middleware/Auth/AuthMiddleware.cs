using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Lets pass whom it knows and who may; answers 401 and 403 to others. Where the endpoint allows anonymous callers it looks, and asks for nothing.</summary>
[SkipsPreflight]
internal sealed partial class AuthMiddleware : IMiddleware, IHandlerStageFactory, IEndpointContributor, IDescribeAnswers
{
    // Shared by all endpoints.
    private static readonly ProducesResponseTypeMetadata NotAuthenticated = AnswerOf(StatusCodes.Status401Unauthorized);
    private static readonly ProducesResponseTypeMetadata Forbidden = AnswerOf(StatusCodes.Status403Forbidden);
    private static readonly ProducesResponseTypeMetadata Unavailable = AnswerOf(StatusCodes.Status503ServiceUnavailable);

    private readonly Authenticator _authenticator;
    private readonly AccessRules _access;
    private readonly ILogger _logger;

    public AuthMiddleware(AuthOptions options, BearerVerifiers verifiers, IServiceProvider services, ILogger<AuthMiddleware> logger)
    {
        List<string> faults = [];
        var authenticator = Authenticator.Create(options, verifiers, services, faults);
        _access = AccessRules.Read(options, services, faults);
        _authenticator = faults.Count == 0 ? authenticator! : throw new OptionsValidationException(Options.DefaultName, typeof(AuthOptions), faults);
        _logger = logger;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var authentication = _authenticator.AuthenticateAsync(context);
        return authentication.IsCompletedSuccessfully ? Decide(context, next, authentication.Result) : DecideAsync(context, next, authentication);
    }

    /// <inheritdoc/>
    public bool MayNeedHandlerStage => _access.Resource is not null;

    /// <inheritdoc/>
    public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        if (_access.Resource is null)
        {
            return next;
        }

        var parameters = context.MethodInfo.GetParameters();
        var index = Array.FindIndex(parameters, parameter => string.Equals(parameter.Name, _access.Resource, StringComparison.Ordinal));
        return index >= 0
            ? invocation => AuthorizeArgumentAsync(invocation, index, next)
            : throw ResourceMark.NotFound(_access.Resource, parameters.Select(static parameter => parameter.Name));
    }

    /// <inheritdoc/>
    public void Contribute(EndpointBuilder endpointBuilder)
    {
        var metadata = endpointBuilder.Metadata;

        if (_access.Resource is { } resource && ResourceMark.For(endpointBuilder, resource) is { } mark)
        {
            metadata.Add(mark);
        }

        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            return;
        }

        AddAnswer(metadata, NotAuthenticated);

        if (_access.CanForbid)
        {
            AddAnswer(metadata, Forbidden);
        }

        if (_authenticator.MayBeUnavailable)
        {
            AddAnswer(metadata, Unavailable);
        }
    }

    /// <inheritdoc/>
    public void DescribeAnswers(EndpointAnswers answers) => AuthAnswers.Describe(answers, _authenticator, _access.CanForbid);

    private static ProducesResponseTypeMetadata AnswerOf(int status) => new(status, typeof(ProblemDetails), ["application/problem+json"]);

    private static void AddAnswer(IList<object> metadata, ProducesResponseTypeMetadata answer)
    {
        if (!metadata.OfType<ProducesResponseTypeMetadata>().Any(known => known.StatusCode == answer.StatusCode))
        {
            metadata.Add(answer);
        }
    }

    private static bool AllowsAnonymous(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private async Task DecideAsync(HttpContext context, RequestDelegate next, ValueTask<TokenFault?> authentication)
        => await Decide(context, next, await authentication.ConfigureAwait(false)).ConfigureAwait(false);

    private Task Decide(HttpContext context, RequestDelegate next, TokenFault? fault)
    {
        if (AllowsAnonymous(context))
        {
            return next(context);
        }

        if (fault is not null)
        {
            Log.NotAuthenticated(_logger, fault.Reason);
            return _authenticator.ChallengeAsync(context, fault);
        }

        if (!_access.AllowsRolesAndScopes(context.User))
        {
            return ForbidAsync(context);
        }

        if (_access.AsksPolicyOfRequest)
        {
            return AuthorizeRequestAsync(context, next);
        }

        return _access.Resource is null || ResourceMark.IsOn(context.GetEndpoint(), _access.Resource) ? next(context) : RefuseWithoutHandlerStageAsync(context);
    }

    private async Task AuthorizeRequestAsync(HttpContext context, RequestDelegate next)
        => await (await _access.AllowsByPolicyAsync(context, context).ConfigureAwait(false) ? next(context) : ForbidAsync(context)).ConfigureAwait(false);

    private async ValueTask<object?> AuthorizeArgumentAsync(EndpointFilterInvocationContext invocation, int index, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;

        // A failed binding has its own answer, and its argument is no resource.
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest
            || AllowsAnonymous(context)
            || await _access.AllowsByPolicyAsync(context, invocation.Arguments[index]).ConfigureAwait(false))
        {
            return await next(invocation).ConfigureAwait(false);
        }

        await ForbidAsync(context).ConfigureAwait(false);
        return Results.Empty;
    }

    private Task ForbidAsync(HttpContext context)
    {
        Log.Forbidden(_logger);
        return _authenticator.ForbidAsync(context);
    }

    private Task RefuseWithoutHandlerStageAsync(HttpContext context)
    {
        Log.NoHandlerStage(_logger, _access.Resource);
        return _authenticator.ForbidAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request was not authenticated: {Reason}.", EventName = "NotAuthenticated")]
        public static partial void NotAuthenticated(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Debug, "A request was forbidden: its user has not the roles, the scopes or the policy.", EventName = "Forbidden")]
        public static partial void Forbidden(ILogger logger);

        [LoggerMessage(3, LogLevel.Error, "A request was forbidden: 'auth' is to authorize the resource '{Resource}', but stands where no handler has such a parameter. Put it on the route.", EventName = "NoHandlerStage")]
        public static partial void NoHandlerStage(ILogger logger, string? resource);
    }
}
