using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>How a caller wants to be told: by the most wanted of the media types that its <c>Accept</c> names.</summary>
internal enum AcceptedForm
{
    Text,
    Page,
    Problem,
}

/// <summary>Reads <c>Accept</c>.</summary>
internal static class AcceptedForms
{
    public static AcceptedForm Of(HttpRequest request)
    {
        var form = AcceptedForm.Text;
        var best = 0.0;

        // What is no list of media types names nothing.
        foreach (var type in MediaTypeHeaderValue.TryParseList([.. request.Headers.Accept.OfType<string>()], out var types) ? types : [])
        {
            // Of two that are wanted alike the one that was named first counts.
            if (FormOf(type) is { } named && (type.Quality ?? 1) > best)
            {
                form = named;
                best = type.Quality ?? 1;
            }
        }

        return form;
    }

    // The wildcard that nearly everybody sends says nothing.
    private static AcceptedForm? FormOf(MediaTypeHeaderValue type) => type switch
    {
        _ when Is(type.MediaType, "text/html") || Is(type.MediaType, "application/xhtml+xml") => AcceptedForm.Page,
        _ when Is(type.SubType, "json") || Is(type.Suffix, "json") || Is(type.MediaType, "application/*") => AcceptedForm.Problem,
        _ when Is(type.MediaType, "text/plain") || Is(type.MediaType, "text/*") => AcceptedForm.Text,
        _ => null,
    };

    private static bool Is(StringSegment actual, string expected) => actual.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
