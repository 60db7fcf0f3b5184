using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The body of a request that is refused: nobody reads it, neither the handler nor the server.</summary>
internal static class UnreadBody
{
    // A smaller one the server reads and throws away, so that the connection stays open for the next request.
    private const long LargestDrained = 64 * 1024;

    /// <summary>Ends the connection behind the answer where the body is large. HTTP/2 and HTTP/3 end the stream alone, by themselves.</summary>
    public static void Leave(HttpContext context)
    {
        if (!IsLarge(context) || !(HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            return;
        }

        context.Response.Headers.Connection = "close";

        // In spite of 'close', Kestrel would go on reading for some seconds; a body above its limit it does not begin to read.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = 0;
        }
    }

    // How much follows in chunks nobody knows.
    private static bool IsLarge(HttpContext context)
        => context.Request.ContentLength is { } length
            ? length > LargestDrained
            : context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };
}
