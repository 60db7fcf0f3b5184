using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>The headers of an answer, worked out beforehand: for one allowed origin, for all of them, or for those that are not allowed.</summary>
internal sealed class CorsAnswer(StringValues origin, StringValues credentials, StringValues exposed, bool varies)
{
    /// <summary>Sends the headers of the request's innermost answer.</summary>
    public static readonly Func<object, Task> Send = static state =>
    {
        var context = (HttpContext)state;
        context.Features.Get<CorsAnswer>()!.ApplyTo(context.Response.Headers);
        return Task.CompletedTask;
    };

    private static readonly StringValues VaryByOrigin = "Origin";

    public bool IsAllowed { get; } = origin.Count > 0;

    public void ApplyTo(IHeaderDictionary headers)
    {
        // Set also where they are empty: two words about one origin would contradict each other.
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = credentials;

        if (exposed.Count > 0)
        {
            headers.AccessControlExposeHeaders = exposed;
        }

        if (varies)
        {
            AddVary(headers);
        }
    }

    private static void AddVary(IHeaderDictionary headers)
    {
        var vary = headers.Vary;

        if (vary.Count == 0)
        {
            headers.Vary = VaryByOrigin;
        }
        else if (!NamesOrigin(vary))
        {
            headers.Vary = $"{string.Join(", ", vary.ToArray())}, Origin";
        }
    }

    private static bool NamesOrigin(StringValues vary)
    {
        foreach (var line in vary)
        {
            var names = line.AsSpan();

            foreach (var name in names.Split(','))
            {
                if (names[name].Trim() is "*" || names[name].Trim().Equals("Origin", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
