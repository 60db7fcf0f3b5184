namespace RouteMiddleware;

/// <summary>Carries the request's id where a middleware gave it one; refusals then tell it to the caller.</summary>
public interface IRequestIdFeature
{
    /// <summary>The id, safe to log and to send back.</summary>
    string RequestId { get; }
}
