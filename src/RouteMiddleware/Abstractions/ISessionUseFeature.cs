namespace RouteMiddleware;

/// <summary>
/// Tells whether a request used its session, in <c>HttpContext.Features</c>: an answer that may hold what is secret to one user is not compressed over https
/// and not kept for others. A session of the application's own sets it at the first use; where it is absent, no session was used.
/// </summary>
public interface ISessionUseFeature
{
    /// <summary>Whether anything read or wrote the session so far.</summary>
    bool IsUsed { get; }
}
