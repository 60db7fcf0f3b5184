using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Contrib.Session;

namespace Microsoft.AspNetCore.Http;

/// <summary>Finds the session of a request.</summary>
public static class RouteSessionHttpContextExtensions
{
    /// <summary>The session of the request. Loads nothing by itself: where loading means waiting, await <see cref="RouteSession.LoadAsync"/> first.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidOperationException">No <c>session</c> runs on this request.</exception>
    public static RouteSession GetRouteSession(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        return (context.Features.Get<ISessionFeature>() as IRouteSessionFeature)?.Session
            ?? throw new InvalidOperationException("No session runs on this request. Put \"session\" on the endpoint, on its group or into the global list, in front of whatever asks for it.");
    }
}
