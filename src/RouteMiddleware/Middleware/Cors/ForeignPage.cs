using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>Tells requests that a browser may have sent for a page of another origin.</summary>
internal static class ForeignPage
{
    /// <summary>Whether the request may change something and does not come from a page of its own origin. Callers that are no browsers pass: they need no user's cookies.</summary>
    public static bool MaySend(HttpRequest request)
    {
        if (IsHarmless(request))
        {
            return false;
        }

        // Set by browsers alone; no script can.
        var site = request.Headers["Sec-Fetch-Site"].ToString();

        return request.Headers.Origin is { Count: > 0 } origin
            ? site != "same-origin" && !IsOwn(request, origin.ToString())
            : site is "cross-site" or "same-site";
    }

    private static bool IsHarmless(HttpRequest request)
    {
        var method = request.Method;

        return HttpMethods.IsOptions(method)
            || HttpMethods.IsTrace(method)
            || ((HttpMethods.IsGet(method) || HttpMethods.IsHead(method))

                // A WebSocket is opened by GET, with cookies and without a preflight.
                && !request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsOwn(HttpRequest request, string origin)
        => request.Host.HasValue && origin.Equals(OriginText.WithoutUsualPort($"{request.Scheme}://{request.Host.Value}".ToLowerInvariant()), StringComparison.OrdinalIgnoreCase);
}
