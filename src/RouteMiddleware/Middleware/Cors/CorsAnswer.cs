using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>The headers of an answer, worked out beforehand: for one allowed origin, for all of them, or for those that are not allowed.</summary>
internal sealed class CorsAnswer
{
    private static readonly StringValues VaryByOrigin = "Origin";

    private readonly StringValues _origin;
    private readonly StringValues _credentials;
    private readonly StringValues _exposed;
    private readonly bool _varies;

    public CorsAnswer(StringValues origin, StringValues credentials, StringValues exposed, bool varies)
    {
        (_origin, _credentials, _exposed, _varies) = (origin, credentials, exposed, varies);
        Send = state => SendAsync(((HttpContext)state).Response.Headers);
    }

    /// <summary>Sends the headers as an answer starts. Belongs to this answer, so that a request has nothing to remember.</summary>
    public Func<object, Task> Send { get; }

    public bool IsAllowed => _origin.Count > 0;

    /// <summary>Sends what all answers tell, preflights included.</summary>
    public void ApplyTo(IHeaderDictionary headers)
    {
        // What somebody else said about the origin goes, also where nothing takes its place: two words would contradict each other.
        if (IsAllowed || headers.AccessControlAllowOrigin.Count > 0)
        {
            headers.AccessControlAllowOrigin = _origin;
            headers.AccessControlAllowCredentials = _credentials;
        }

        if (_varies)
        {
            AddVary(headers);
        }
    }

    private Task SendAsync(IHeaderDictionary headers)
    {
        ApplyTo(headers);

        if (_exposed.Count > 0)
        {
            headers.AccessControlExposeHeaders = _exposed;
        }

        return Task.CompletedTask;
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
