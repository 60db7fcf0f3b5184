using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.HttpLogging;

namespace RouteMiddleware.Middleware.HttpLogging;

/// <summary>Writes a path's control characters as escapes: decoded from the caller's <c>%1b</c>, they would command the reader's terminal, and <c>%0a</c> would forge a line.</summary>
internal sealed class LegiblePath : IHttpLoggingInterceptor
{
    public ValueTask OnRequestAsync(HttpLoggingInterceptorContext logContext)
    {
        var request = logContext.HttpContext.Request;

        if ((HasControl(request.Path.Value) || HasControl(request.PathBase.Value)) && logContext.TryDisable(HttpLoggingFields.RequestPath))
        {
            logContext.AddParameter(nameof(request.PathBase), Escape(request.PathBase.Value));
            logContext.AddParameter(nameof(request.Path), Escape(request.Path.Value));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask OnResponseAsync(HttpLoggingInterceptorContext logContext) => ValueTask.CompletedTask;

    private static bool HasControl(string? text)
    {
        foreach (var letter in text.AsSpan())
        {
            if (char.IsControl(letter))
            {
                return true;
            }
        }

        return false;
    }

    private static string Escape(string? text)
    {
        var escaped = new StringBuilder();

        foreach (var letter in text.AsSpan())
        {
            _ = char.IsControl(letter) ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
