using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware;

/// <summary>The template of a request's route, for metrics, logs and alerts: the application chose it, the caller did not.</summary>
internal static class RouteTemplate
{
    /// <summary>What is told of requests that match no route.</summary>
    public const string None = "(none)";

    public static string Of(Endpoint? endpoint)
        => (endpoint as RouteEndpoint)?.RoutePattern.RawText switch
        {
            null => None,
            "" => "/",
            var text => text,
        };

    /// <summary>The template after the rest of the request ran. An exception handler takes the endpoint away, and may run the pipeline again with another.</summary>
    /// <param name="context">The request.</param>
    /// <param name="before">The endpoint before the rest of the request ran.</param>
    public static string Of(HttpContext context, Endpoint? before)
        => Of(before ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint());
}
