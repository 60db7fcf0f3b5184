using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>What was written of an answer that something in front, such as compression, keeps back.</summary>
internal static class KeptBackBody
{
    /// <summary>Takes it back, so that it does not stand in front of the answer that is given instead. As the framework does when it clears a response.</summary>
    public static void Empty(HttpResponse response)
    {
        if (response.Body is { CanSeek: true } body)
        {
            body.SetLength(0);
        }
    }
}
