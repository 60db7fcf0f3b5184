using Microsoft.AspNetCore.Authorization;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What <c>auth</c> tells documents of itself.</summary>
internal static class AuthAnswers
{
    private static readonly AnswerHeader Challenge = new("WWW-Authenticate", "How to authenticate, and what was wrong with the credentials (RFC 6750).");

    private static readonly AuthRefusals Refusals = new();

    public static void Describe(EndpointAnswers answers, Authenticator authenticator, bool canForbid)
    {
        if (answers.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            Accept(answers, authenticator);
            return;
        }

        if (authenticator.Credential is { } credential)
        {
            answers.Require(credential);
        }

        answers.Add(Refusals.Missing, Challenge);
        answers.Add(Refusals.Expired, Challenge);
        answers.Add(Refusals.Invalid, Challenge);

        if (canForbid)
        {
            answers.Add(Refusals.Forbidden, Challenge);
        }

        if (authenticator.MayBeUnavailable)
        {
            answers.Add(Refusals.Unavailable, AnswerHeader.RetryAfter);
        }
    }

    /// <summary>A token is read where there is one.</summary>
    public static void Accept(EndpointAnswers answers, Authenticator authenticator)
    {
        if (authenticator.Credential is { } credential)
        {
            answers.Accept(credential);
        }
    }
}
