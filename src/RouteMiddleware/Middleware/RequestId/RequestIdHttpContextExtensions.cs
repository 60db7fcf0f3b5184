using RouteMiddleware;

namespace Microsoft.AspNetCore.Http;

/// <summary>Reads the request's id.</summary>
public static class RequestIdHttpContextExtensions
{
    /// <summary>The id that <c>request_id</c> gave the request; without it, the server's <see cref="HttpContext.TraceIdentifier"/>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The id, safe to log and to send back.</returns>
    public static string GetRequestId(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<IRequestIdFeature>()?.RequestId ?? context.TraceIdentifier;
    }
}
