using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>The problem that tells a status and nothing of what happened inside.</summary>
internal static class StatusProblem
{
    public static Refusal Of(int status)
    {
        var (code, title, detail) = TextsOf(status);
        return new(status, code, title, detail) { Middleware = "common" };
    }

    private static (string Code, string Title, string Detail) TextsOf(int status)
    {
        var phrase = ReasonPhrases.GetReasonPhrase(status);

        return status switch
        {
            400 => ("bad_request", "Bad request", "The request can't be read."),
            408 => ("request_timeout", "Request timeout", "The request came too slowly."),
            413 => ("body_too_large", "Body too large", "The body of the request is larger than is taken here."),
            500 => ("internal_error", "Internal server error", "The server failed to answer the request."),
            _ when phrase.Length == 0 => (string.Create(CultureInfo.InvariantCulture, $"status_{status}"), "Error", "The request can't be answered as asked."),
            _ => (CodeOf(phrase), phrase, "The request can't be answered as asked."),
        };
    }

    private static string CodeOf(string phrase)
        => string.Concat(phrase.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-').Select(static letter => letter is ' ' or '-' ? '_' : char.ToLowerInvariant(letter)));
}
