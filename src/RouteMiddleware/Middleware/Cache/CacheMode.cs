namespace RouteMiddleware.Middleware.Cache;

/// <summary>Who says how long an answer is kept.</summary>
public enum CacheMode
{
    /// <summary>The option <see cref="CacheOptions.Duration"/>; the answer's own <c>Cache-Control</c> can only shorten it.</summary>
    Duration,

    /// <summary>The answer itself, by its <c>Cache-Control</c>, <c>Expires</c>, <c>Vary</c> and validators: a shared cache by RFC 9111.</summary>
    Rfc9111,
}
