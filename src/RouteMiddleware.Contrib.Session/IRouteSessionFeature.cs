namespace RouteMiddleware.Contrib.Session;

/// <summary>The request's session, and whether anything used it: an answer that depends on a session is nobody else's.</summary>
/// <remarks>Implemented by the request's <see cref="Microsoft.AspNetCore.Http.Features.ISessionFeature"/> where <c>session</c> runs.</remarks>
public interface IRouteSessionFeature
{
    /// <summary>The session. Asking for it does not load it.</summary>
    RouteSession Session { get; }

    /// <summary>Whether anything read or wrote the session so far.</summary>
    bool IsUsed { get; }
}
