using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>The entity tags of answers that are compressed.</summary>
/// <remarks>Source: RFC 9110 8.8.3: a strong tag says that the bytes are the same, which those of two codings are not.</remarks>
internal static class EntityTags
{
    public static void Weaken(IHeaderDictionary headers)
    {
        if (headers.ETag is [['"', ..] tag])
        {
            headers.ETag = "W/" + tag;
        }
    }

    /// <summary>Names the answer that a client has (304) as it knows it: the strong tag of the handler is that of another one.</summary>
    public static void WeakenAsAsked(HttpContext context)
    {
        if (context.Response is { StatusCode: StatusCodes.Status304NotModified, Headers.ETag: [['"', ..] tag] }
            && context.Request.Headers.IfNoneMatch.ToString().Contains("W/" + tag, StringComparison.Ordinal))
        {
            context.Response.Headers.ETag = "W/" + tag;
        }
    }

    /// <summary>Adds the strong form of the weak tags that a client has from here: handlers compare with their own, which is strong.</summary>
    public static void Strengthen(HttpRequest request)
    {
        var header = request.Headers.IfNoneMatch;

        if (header.Count == 0
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            || !header.Any(static line => line?.Contains("W/", StringComparison.Ordinal) == true)
            || !EntityTagHeaderValue.TryParseList([.. header.OfType<string>()], out var tags))
        {
            return;
        }

        var strong = tags.Where(static tag => tag.IsWeak).Select(static tag => tag.Tag.ToString());
        request.Headers.IfNoneMatch = StringValues.Concat(header, string.Join(", ", strong));
    }
}
