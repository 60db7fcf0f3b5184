using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Asks the handler whether a kept answer still holds (RFC 9111, section 4.3).</summary>
internal static class Revalidation
{
    /// <summary>Sets the conditions for the handler: those of the kept answer, or none. The caller's own are not for the handler, who makes the whole answer.</summary>
    public static void SetConditions(IHeaderDictionary request, StoredAnswer? old)
    {
        request.IfNoneMatch = old?.ETag ?? default;
        request.IfModifiedSince = old is null
            ? default
            : Array.Find(old.Headers, static header => header.Key.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase)).Value;
    }

    /// <summary>Makes the handler's 304 the whole answer: what is kept, with the new headers over the old ones (section 3.2).</summary>
    public static void Confirm(HttpResponse response, StoredAnswer old, CaptureBuffer buffer)
    {
        var headers = response.Headers;

        foreach (var (name, value) in old.Headers)
        {
            if (!headers.ContainsKey(name) || Preconditions.IsContentHeader(name))
            {
                headers[name] = value;
            }
        }

        foreach (var bytes in old.Body)
        {
            buffer.Write(bytes.Span);
        }

        headers.ContentLength = old.Length;
        headers["X-Cache"] = "HIT";
        response.StatusCode = old.Status;
    }

    /// <summary>What the caller's own conditions say.</summary>
    public static bool IsKnown(HttpResponse response, IHeaderDictionary asked, in StringValues etag, DateTimeOffset? lastModified)
        => response.StatusCode == StatusCodes.Status200OK && Preconditions.IsKnown(asked.IfNoneMatch, asked.IfModifiedSince, etag, lastModified);
}
