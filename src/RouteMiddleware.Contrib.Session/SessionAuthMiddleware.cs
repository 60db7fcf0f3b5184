using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using RouteMiddleware.Contrib.Session.Requests;

namespace RouteMiddleware.Contrib.Session;

/// <summary>Lets only logged-in users through: <see cref="HttpContext.User"/> comes from <see cref="RouteSession.UserId"/>.</summary>
[Requires("session")]
[RunsAfter("session")]
internal sealed class SessionAuthMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    private const string Scheme = "Session";

    private readonly SessionRefusals _refusals = new();
    private readonly Refusal _notLoggedIn = new(
        StatusCodes.Status401Unauthorized,
        "not_logged_in",
        "Not logged in",
        "Not logged in: this address needs the session of a logged-in user.")
    {
        Middleware = "session_auth",
    };

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var session = context.GetRouteSession();
        var loading = session.LoadAsync(context.RequestAborted);
        return loading.IsCompletedSuccessfully ? CheckAsync(context, session, next) : AwaitAsync(loading, context, session, next);
    }

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        ArgumentNullException.ThrowIfNull(endpointBuilder);
        endpointBuilder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status401Unauthorized, typeof(ProblemDetails), ["application/problem+json"]));
    }

    public void DescribeAnswers(EndpointAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(answers);

        // The session in front of it has told which cookie it is.
        var credential = answers.Credentials.LastOrDefault(static use => use.Credential is { Kind: CredentialKind.Cookie, Name: SessionMiddleware.CredentialName })?.Credential;
        var isAnonymous = answers.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

        if (credential is not null && !isAnonymous)
        {
            answers.Require(credential);
        }

        if (!isAnonymous)
        {
            answers.Add(_notLoggedIn, new AnswerHeader("WWW-Authenticate", "How to authenticate: by the session's cookie."));
        }

        answers.Add(_refusals.StoreFailed, AnswerHeader.RetryAfter);
    }

    private async Task AwaitAsync(ValueTask loading, HttpContext context, RouteSession session, RequestDelegate next)
    {
        await loading.ConfigureAwait(false);
        await CheckAsync(context, session, next).ConfigureAwait(false);
    }

    private Task CheckAsync(HttpContext context, RouteSession session, RequestDelegate next)
    {
        if (!session.IsAvailable)
        {
            // Whether somebody is logged in can't be told: nobody passes.
            return _refusals.StoreFailed.WriteAsync(context, TimeSpan.FromSeconds(1));
        }

        if (session.UserId is { } user)
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.NameIdentifier, user), new Claim("sub", user)],
                Scheme,
                ClaimTypes.NameIdentifier,
                ClaimTypes.Role));
            return next(context);
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return next(context);
        }

        // A 401 names a way to authenticate (RFC 9110, 11.6.1); browsers open no dialog for this one.
        context.Response.Headers.WWWAuthenticate = "Cookie";
        return _notLoggedIn.WriteAsync(context);
    }
}
