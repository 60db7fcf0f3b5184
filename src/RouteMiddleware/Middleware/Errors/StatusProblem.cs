using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>The problem that tells a status and nothing of what happened inside.</summary>
internal static class StatusProblem
{
    public static Refusal Of(int status)
    {
        var phrase = ReasonPhrases.GetReasonPhrase(status);

        return status switch
        {
            400 => new(status, "bad_request", "Bad request", "The request can't be read."),
            408 => new(status, "request_timeout", "Request timeout", "The request came too slowly."),
            413 => new(status, "body_too_large", "Body too large", "The body of the request is larger than is taken here."),
            500 => new(status, "internal_error", "Internal server error", "The server failed to answer the request."),
            _ when phrase.Length == 0 => new(status, string.Create(CultureInfo.InvariantCulture, $"status_{status}"), "Error", "The request can't be answered as asked."),
            _ => new(status, CodeOf(phrase), phrase, "The request can't be answered as asked."),
        };
    }

    private static string CodeOf(string phrase)
        => string.Concat(phrase.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-').Select(static letter => letter is ' ' or '-' ? '_' : char.ToLowerInvariant(letter)));
}
